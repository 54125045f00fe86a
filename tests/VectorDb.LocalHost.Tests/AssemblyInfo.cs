using Xunit.Sdk;

// Each test runs four to eight processes; side by side they would measure each other's start.
[assembly: Parallelization(Mode = ParallelMode.None)]

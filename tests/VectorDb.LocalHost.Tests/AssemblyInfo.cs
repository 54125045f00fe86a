using Xunit.Sdk;
using Xunit.v3;

// Each test runs four to eight processes; side by side they would measure each other's start.
[assembly: Parallelization(Mode = ParallelMode.None)]

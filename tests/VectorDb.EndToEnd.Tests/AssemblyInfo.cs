using Xunit.Sdk;
using Xunit.v3;

// There is one environment, and what is measured is the whole machine.
[assembly: Parallelization(Mode = ParallelMode.None)]

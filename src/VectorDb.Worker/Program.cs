using VectorDb.Core.Hosting;
using VectorDb.Worker;

return await ServiceProcess.RunAsync(args, WorkerApplication.Build);

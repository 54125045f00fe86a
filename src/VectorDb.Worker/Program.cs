using VectorDb.Core.Backups;
using VectorDb.Core.Hosting;
using VectorDb.Worker;

return args is ["backup", var folder]
    ? await BackupCommand.RunAsync(folder, CancellationToken.None)
    : await ServiceProcess.RunAsync(args, WorkerApplication.Build);

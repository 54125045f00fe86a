using VectorDb.Core.Hosting;
using VectorDb.Dashboard;

return await ServiceProcess.RunAsync(args, DashboardApplication.Build);

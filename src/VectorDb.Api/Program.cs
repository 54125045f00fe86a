using VectorDb.Api;
using VectorDb.Core.Hosting;

return await ServiceProcess.RunAsync(args, ApiApplication.Build);

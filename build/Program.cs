using Cake.Frosting;
using VectorDb.Build;

return new CakeHost().UseContext<BuildContext>().Run(args);

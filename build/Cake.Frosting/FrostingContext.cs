using Cake.Core;

namespace Cake.Frosting;

/// <summary>The context that tasks and lifetimes are given.</summary>
public interface IFrostingContext : ICakeContext;

/// <summary>The default context, and the base of a build's own.</summary>
public class FrostingContext(ICakeContext context) : CakeContextAdapter(context), IFrostingContext;

using System.Runtime.CompilerServices;
using Cake.Core;

namespace Cake.Frosting;

/// <summary>What the engine hands over, checked and typed for the class that receives it.</summary>
internal static class Given
{
    public static T Context<T>(ICakeContext context)
        where T : ICakeContext => (T)Value(context);

    public static T Value<T>(T value, [CallerArgumentExpression(nameof(value))] string? name = null)
    {
        ArgumentNullException.ThrowIfNull(value, name);
        return value;
    }
}

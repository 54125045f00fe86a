namespace Cake.Frosting;

/// <summary>The build is put together wrongly: a dependency that is no task, a tool that cannot be installed, ...</summary>
public sealed class FrostingException : Exception
{
    /// <summary>An error with the message that the user reads.</summary>
    public FrostingException(string message)
        : base(message)
    {
    }

    /// <summary>An error with the message that the user reads, and its cause.</summary>
    public FrostingException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}

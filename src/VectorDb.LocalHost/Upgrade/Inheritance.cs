using System.Globalization;
using VectorDb.LocalHost.Platform;

namespace VectorDb.LocalHost.Upgrade;

/// <summary>What a host needs of the system to be the host of its home, and passes on to the next one.</summary>
internal sealed record Inheritance(ListenSocket Gateway, ListenSocket Control, HomeLock Lock)
{
    private const string Variable = "VECTORDB_HOST_INHERITS";

    /// <returns>What the host that started this one passed on; null where nobody did.</returns>
    public static Inheritance? FromEnvironment()
    {
        if (Environment.GetEnvironmentVariable(Variable)?.Split(',') is not [var gateway, var control, var home])
        {
            return null;
        }

        Environment.SetEnvironmentVariable(Variable, null);
        return new Inheritance(ListenSocket.Inherited(gateway), ListenSocket.Inherited(control), HomeLock.Inherited(home));
    }

    /// <summary>Duplicates everything for one child process.</summary>
    /// <param name="environment">Of the child: tells it the descriptors.</param>
    /// <returns>Closes the duplicates in this process; for when the child has been started.</returns>
    public Action PassOn(IDictionary<string, string?> environment)
    {
        int[] duplicates = [.. new[] { Gateway.Descriptor, Control.Descriptor, Lock.Descriptor }.Select(Posix.DuplicateForChild)];
        environment[Variable] = string.Join(',', duplicates.Select(static number => number.ToString(CultureInfo.InvariantCulture)));
        return () => Array.ForEach(duplicates, Posix.CloseDescriptor);
    }
}

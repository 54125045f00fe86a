using StackExchange.Redis;
using StackExchange.Redis.Configuration;

namespace VectorDb.Core.Queue;

/// <summary>How to reach Redis or Garnet.</summary>
/// <param name="Address"><c>host:port</c>.</param>
/// <param name="Password">For AUTH; null for none.</param>
/// <param name="Tls">Encrypt, and check the server's certificate.</param>
/// <param name="CertificateAuthority">PEM file of an authority to trust beside the system's; null for the system's alone.</param>
internal sealed record QueueOptions(string Address, string? Password = null, bool Tls = false, string? CertificateAuthority = null)
{
    private static readonly TimeSpan ConnectWithin = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(5);

    /// <summary>The password at the time of each new connection, in place of <see cref="Password"/>; null for one that never changes.</summary>
    public Func<string?>? CurrentPassword { get; init; }

    internal ConfigurationOptions ToConfiguration()
    {
        var configuration = ConfigurationOptions.Parse(Address);
        if (CurrentPassword is null)
        {
            configuration.Password = Password;
        }
        else
        {
            configuration.Defaults = new LivePassword(CurrentPassword);
        }

        configuration.Ssl = Tls;
        // A process starts, and stays up, while the queue is away: the ledger holds the work.
        configuration.AbortOnConnectFail = false;
        configuration.BacklogPolicy = BacklogPolicy.FailFast;
        configuration.ConnectTimeout = (int)ConnectWithin.TotalMilliseconds;
        configuration.SyncTimeout = (int)AnswerWithin.TotalMilliseconds;
        configuration.AsyncTimeout = (int)AnswerWithin.TotalMilliseconds;
        if (Tls && CertificateAuthority is not null)
        {
            configuration.TrustIssuer(CertificateAuthority);
        }

        return configuration;
    }

    // The client asks its defaults anew whenever it connects.
    private sealed class LivePassword(Func<string?> current) : DefaultOptionsProvider
    {
        public override string? Password => current();
    }
}

using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using VectorDb.Build.SmokeTest;

namespace VectorDb.Build.Environments.Rehearsal.Story;

/// <summary>Carries requests for the domain to the site's load balancer, and trusts the site's authority alone.</summary>
internal static class BalancedHandler
{
    public static SocketsHttpHandler Create(string address, string authorityFile)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.ImportFromPemFile(authorityFile);
        return new SocketsHttpHandler
        {
            UseProxy = false,
            AllowAutoRedirect = false,
            SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = policy },
            ConnectCallback = FixedAddress.Connect(address),
        };
    }
}

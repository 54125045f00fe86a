using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using VectorDb.Build.Infrastructure;

namespace VectorDb.Build.Environments.Rehearsal.Site;

/// <param name="Pem">The certificate.</param>
/// <param name="KeyPem">Its private key.</param>
internal sealed record ServerCertificate(string Pem, string KeyPem);

/// <summary>
/// Stands for the authorities that AWS's services have their certificates from. Its own certificate is what the run is told to trust; its
/// key is in no file.
/// </summary>
internal sealed class CertificateAuthority : IDisposable
{
    private static readonly TimeSpan Life = TimeSpan.FromDays(2);

    private readonly ECDsa _key;
    private readonly X509Certificate2 _certificate;
    private readonly TimeProvider _time;

    private CertificateAuthority(ECDsa key, X509Certificate2 certificate, string file, TimeProvider time)
    {
        (_key, _certificate, File, _time) = (key, certificate, file, time);
    }

    /// <summary>Its certificate as PEM, alone in its folder, so that the folder can be trusted as a whole.</summary>
    public string File { get; }

    public static async Task<CertificateAuthority> CreateAsync(string folder, TimeProvider time, CancellationToken cancellation)
    {
        PrivateFolder.Create(folder);
        var now = time.GetUtcNow();
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=VectorDb rehearsal authority", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: true, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        var certificate = request.CreateSelfSigned(now - Life, now + Life);
        var file = Path.Combine(folder, "ca.pem");
        await PrivateFolder.WriteAsync(file, certificate.ExportCertificatePem() + "\n", cancellation);
        return new CertificateAuthority(key, certificate, file, time);
    }

    /// <param name="hosts">Names and addresses that it is for; at least one.</param>
    public ServerCertificate Issue(IReadOnlyList<string> hosts)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        // A common name takes 64 characters, fewer than the name of an endpoint may have; clients look at the alternatives alone.
        var request = new CertificateRequest("CN=VectorDb rehearsal", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        foreach (var host in hosts)
        {
            if (IPAddress.TryParse(host, out var address))
            {
                names.AddIpAddress(address);
            }
            else
            {
                names.AddDnsName(host);
            }
        }

        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: false, hasPathLengthConstraint: false, 0, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], critical: false));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(_certificate, includeKeyIdentifier: true, includeIssuerAndSerial: false));
        var now = _time.GetUtcNow();
        using var certificate = request.Create(_certificate, now - (Life / 2), now + (Life / 2), RandomNumberGenerator.GetBytes(16));
        return new ServerCertificate(certificate.ExportCertificatePem() + "\n", key.ExportPkcs8PrivateKeyPem() + "\n");
    }

    public void Dispose()
    {
        _certificate.Dispose();
        _key.Dispose();
    }
}

using VectorDb.Build.Images;
using VectorDb.Build.Releases;

namespace VectorDb.Build.Environments.Aws;

/// <summary>The release at hand as far as it is known before Terraform has run.</summary>
/// <param name="Commit">Of the first release of this content: rendered files name it, and the same content must have the same bytes.</param>
/// <param name="Pushed">Content and digests.</param>
internal sealed record AwsDraft(ReleaseId Release, string Commit, PushedRelease Pushed);

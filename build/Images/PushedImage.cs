namespace VectorDb.Build.Images;

/// <param name="Pushed">False when the registry had it.</param>
internal sealed record PushedImage(ImageDigest Image, bool Pushed, TimeSpan Duration);

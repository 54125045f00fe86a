namespace VectorDb.Build.Rendering;

/// <summary>A template cannot be rendered. The message names template, line and what is wrong.</summary>
internal sealed class RenderingException(string message, Exception? cause = null) : Exception(message, cause);

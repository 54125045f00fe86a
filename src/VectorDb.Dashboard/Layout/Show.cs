using System.Globalization;
using VectorDb.Core.Tasks;

namespace VectorDb.Dashboard.Layout;

/// <summary>Numbers and times as a person reads them.</summary>
internal static class Show
{
    public static string Count(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    public static string Rate(double? perSecond) => perSecond switch
    {
        null => "–",
        < 10 => $"{perSecond:0.0} /s",
        _ => $"{perSecond:N0} /s",
    };

    /// <summary>The two largest units, e.g. <c>2 h 5 min</c> or <c>12 s</c>.</summary>
    public static string Duration(TimeSpan? value) => value switch
    {
        null => "–",
        { TotalSeconds: < 60 } span => $"{Math.Max(0, span.TotalSeconds):0} s",
        { TotalMinutes: < 60 } span => $"{(int)span.TotalMinutes} min {span.Seconds} s",
        { TotalHours: < 24 } span => $"{(int)span.TotalHours} h {span.Minutes} min",
        { } span => $"{(int)span.TotalDays} d {span.Hours} h",
    };

    /// <summary>The largest unit alone.</summary>
    public static string Ago(DateTimeOffset then, DateTimeOffset now) => (now - then) switch
    {
        { TotalSeconds: < 5 } => "just now",
        { TotalSeconds: < 60 } span => $"{span.TotalSeconds:0} s ago",
        { TotalMinutes: < 60 } span => $"{(int)span.TotalMinutes} min ago",
        { TotalHours: < 24 } span => $"{(int)span.TotalHours} h ago",
        var span => $"{(int)span.TotalDays} d ago",
    };

    public static string State(TaskState state) => state switch
    {
        TaskState.ProcessingChunks => "processing chunks",
        TaskState.PartiallyCompleted => "partially completed",
        _ => state.ToString().ToLowerInvariant(),
    };

    /// <summary>The class that colours a state; the word beside it says the same to those who see no colour.</summary>
    public static string Tone(TaskState state) => state switch
    {
        TaskState.Completed => "good",
        TaskState.PartiallyCompleted => "warn",
        TaskState.Failed => "bad",
        TaskState.Processing or TaskState.ProcessingChunks => "live",
        _ => "quiet",
    };
}

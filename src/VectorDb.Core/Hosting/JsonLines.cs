using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace VectorDb.Core.Hosting;

/// <summary>One JSON object a line: time, level, logger, message, then the ids of the scope and the fields of the message.</summary>
internal sealed class JsonLines(TimeProvider time) : ConsoleFormatter(FormatterName)
{
    public const string FormatterName = "vectordb-json-lines";

    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var writer = new Utf8JsonWriter(buffer, Options))
        {
            writer.WriteStartObject();
            writer.WriteString("time", time.GetUtcNow());
            writer.WriteString("level", Word(logEntry.LogLevel));
            writer.WriteString("logger", logEntry.Category);
            writer.WriteString("message", logEntry.Formatter(logEntry.State, logEntry.Exception));
            var ids = new List<string>(2);
            scopeProvider?.ForEachScope(
                static (scope, line) =>
                {
                    if (scope is LogField field && !line.Ids.Contains(field.Name))
                    {
                        line.Ids.Add(field.Name);
                        line.Writer.WriteString(field.Name, field.Value);
                    }
                },
                (Writer: writer, Ids: ids));
            WriteFields(writer, logEntry.State, ids);
            if (logEntry.Exception is { } exception)
            {
                writer.WriteString("exception", exception.ToString());
            }

            writer.WriteEndObject();
        }

        textWriter.WriteLine(Encoding.UTF8.GetString(buffer.WrittenSpan));
    }

    /// <param name="ids">Names that the line has already: a message may say an id of its scope once more.</param>
    private static void WriteFields<TState>(Utf8JsonWriter writer, TState state, List<string> ids)
    {
        if (state is not IReadOnlyList<KeyValuePair<string, object?>> fields)
        {
            return;
        }

        for (var index = 0; index < fields.Count; index++)
        {
            var (name, value) = fields[index];
            if (name.Length > 0 && name[0] != '{' && JsonNamingPolicy.CamelCase.ConvertName(name) is var field && !ids.Contains(field))
            {
                WriteField(writer, field, value);
            }
        }
    }

    private static void WriteField(Utf8JsonWriter writer, string name, object? value)
    {
        switch (value)
        {
            case null:
                writer.WriteNull(name);
                break;
            case bool flag:
                writer.WriteBoolean(name, flag);
                break;
            case int or long:
                writer.WriteNumber(name, Convert.ToInt64(value));
                break;
            case double number when double.IsFinite(number):
                writer.WriteNumber(name, number);
                break;
            default:
                writer.WriteString(name, value.ToString());
                break;
        }
    }

    private static string Word(LogLevel level) => level switch
    {
        LogLevel.Trace => "trace",
        LogLevel.Debug => "debug",
        LogLevel.Information => "info",
        LogLevel.Warning => "warning",
        LogLevel.Error => "error",
        _ => "critical",
    };
}

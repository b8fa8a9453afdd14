using System.Text.Encodings.Web;
using System.Text.Json;

namespace Qmi.Edge.Runtime;

/// <summary>How all JSON of a box is written and read.</summary>
public static class JsonStyle
{
    /// <summary>Deepest nesting that is read.</summary>
    public const int MaxDepth = 32;

    /// <summary>Text stays readable in a terminal: only what JSON demands is escaped. No document of ours is ever part of a web page.</summary>
    public static readonly JsonWriterOptions Writing = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Strict.</summary>
    public static readonly JsonDocumentOptions Reading = new() { MaxDepth = MaxDepth };
}

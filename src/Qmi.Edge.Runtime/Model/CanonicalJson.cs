using System.Buffers;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace Qmi.Edge.Runtime;

/// <summary>
/// The one canonical text of a JSON value, RFC 8785 (JCS): no white space, the members of an object ordered by the UTF-16 code units of their
/// names, numbers and strings as ECMAScript writes them. Two texts that say the same have the same canonical form, and so the same hash.
/// </summary>
/// <remarks>
/// RFC 8785 covers I-JSON (RFC 7493) only. What lies beyond keeps what it says, so that every JSON text has a canonical form: an integer beyond 2^53
/// keeps its digits, a number beyond the range of a double keeps its text, half of a surrogate pair is escaped (<c>\ud800</c>),
/// and members of the same name stay in the order in which they came. Numbers with a point or an exponent are doubles: <c>1.0</c> is <c>1</c>.
/// </remarks>
public static class CanonicalJson
{
    /// <summary>Writes the canonical form of a value, as UTF-8.</summary>
    public static void Write(IBufferWriter<byte> output, JsonElement value) => Write(output, JsonMarshal.GetRawUtf8Value(value));

    /// <summary>Writes the canonical form of a JSON text, as UTF-8.</summary>
    /// <exception cref="JsonException">The text is not one JSON value.</exception>
    public static void Write(IBufferWriter<byte> output, ReadOnlySpan<byte> json)
    {
        using var form = CanonicalForm.Of(json);
        output.Write(form.Written);
    }
}

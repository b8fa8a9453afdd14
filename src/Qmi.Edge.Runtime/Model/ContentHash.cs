using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;

namespace Qmi.Edge.Runtime;

/// <summary>
/// What a JSON value says, as a short name: <c>sha256:</c> and 64 hexadecimal digits, the SHA-256 of its <see cref="CanonicalJson"/>. White space,
/// the order of members and the spelling of numbers and strings make no difference.
/// </summary>
public static class ContentHash
{
    /// <summary>The hash of a value.</summary>
    public static string Of(JsonElement value) => Of(JsonMarshal.GetRawUtf8Value(value));

    /// <summary>The hash of a JSON text in UTF-8.</summary>
    /// <exception cref="JsonException">The text is not one JSON value.</exception>
    public static string Of(ReadOnlySpan<byte> json)
    {
        using var form = CanonicalForm.Of(json);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(form.Written, hash);
        return "sha256:" + Convert.ToHexStringLower(hash);
    }
}

using System.Text;

namespace Qmi.Edge.Bridge.Tests;

/// <summary>Payloads that have broken parsers, each with what it is.</summary>
internal static class Corpus
{
    private const int BeyondTheLimit = 70_000;

    public static IReadOnlyList<(string Name, byte[] Payload)> All { get; } =
    [
        .. Texts().Select(entry => (entry.Name, Encoding.UTF8.GetBytes(entry.Text))),
        .. Bytes(),
    ];

    private static IEnumerable<(string Name, string Text)> Texts()
    {
        yield return ("blank", " \t\r\n");
        yield return ("NUL", "\0");
        yield return ("NUL behind an object", "{}\0");
        yield return ("half an object", "{");
        yield return ("half a name", "{\"arg");
        yield return ("half an escape", "{\"id\":\"\\u12");
        yield return ("half a number", "{\"timeout_ms\":1e");
        yield return ("half a literal", "{\"dry_run\":tru");
        yield return ("two values", "{}{}");
        yield return ("a comma too many", "{\"args\":{},}");
        yield return ("a comma in front", "[,1]");
        yield return ("a comment", "{/*hello*/}");
        yield return ("single quotes", "{'args':{}}");
        yield return ("names without quotes", "{args:{}}");
        yield return ("a line break in a string", "{\"id\":\"a\nb\"}");
        yield return ("a control character in a string", "{\"id\":\"a\u0001b\"}");
        yield return ("NaN", "{\"args\":{\"force\":NaN}}");
        yield return ("Infinity", "[Infinity]");
        yield return ("a hexadecimal number", "[0x10]");
        yield return ("a leading zero", "[01]");
        yield return ("a plus sign", "[+1]");
        yield return ("a point alone", "[.5]");
        yield return ("negative zero", "[-0]");
        yield return ("a number beyond a double", "[1e999]");
        yield return ("a number below a double", "[1e-999]");
        yield return ("a number of a thousand digits", $"[{new string('9', 1000)}]");
        yield return ("a fraction of a thousand digits", $"[0.{new string('3', 1000)}]");
        yield return ("an exponent of a thousand digits", $"[1e{new string('9', 1000)}]");
        yield return ("a time of a thousand digits", $"{{\"timeout_ms\":{new string('9', 1000)}}}");
        yield return ("an integer beyond 64 bits", "{\"fence\":18446744073709551616}");
        yield return ("the largest integer", "{\"fence\":18446744073709551615,\"if_rev\":9223372036854775807}");
        yield return ("a lone high surrogate", "{\"args\":[\"\\ud800\"]}");
        yield return ("a lone low surrogate", "{\"args\":{\"text\":\"\\udc00\"}}");
        yield return ("surrogates the wrong way round", "{\"args\":[\"\\udc00\\ud800\"]}");
        yield return ("a lone surrogate in a name", "{\"args\":{\"\\ud800\":1}}");
        yield return ("a lone surrogate in a key", "{\"\\ud800\":1}");
        yield return ("a lone surrogate in the id", "{\"id\":\"\\ud800\"}");
        yield return ("a lone surrogate in the reply topic", "{\"reply_to\":\"\\ud800\"}");
        yield return ("a lone surrogate in a token", "{\"lock\":\"\\udfff\"}");
        yield return ("a lone surrogate in a condition", "{\"if_boot\":\"\\udfff\"}");
        yield return ("a lone surrogate in the trace", "{\"trace\":\"\\udfff\"}");
        yield return ("a lone surrogate in a choice", "{\"wait\":\"\\udfff\"}");
        yield return ("a pair of surrogates", "{\"args\":[\"\\ud83d\\ude00\"]}");
        yield return ("an escaped NUL", "{\"id\":\"\\u0000\",\"args\":[\"\\u0000\"]}");
        yield return ("an escaped NUL in a token", "{\"lock\":\"\\u0000\"}");
        yield return ("a noncharacter", "{\"id\":\"\\uffff\"}");
        yield return ("text that runs from right to left", "{\"args\":[\"\u202e\u0627\u0644\"]}");
        yield return ("an unknown escape", "[\"\\x41\"]");
        yield return ("a key twice", "{\"args\":{},\"args\":{}}");
        yield return ("a key twice, once escaped", "{\"id\":\"a\",\"\\u0069d\":\"b\"}");
        yield return ("an argument twice", "{\"args\":{\"force\":1,\"force\":2}}");
        yield return ("an argument twice, once escaped", "{\"args\":{\"force\":1,\"forc\\u0065\":2}}");
        yield return ("a member of an argument twice", "{\"args\":{\"hammer\":{\"mass\":1,\"mass\":2}}}");
        yield return ("an empty key", "{\"\":1}");
        yield return ("an empty argument", "{\"args\":{\"\":1}}");
        yield return ("an unknown key of 1 000 letters", $"{{\"{new string('k', 1000)}\":1}}");
        yield return ("an unknown key as long as may be", $"{{\"{new string('k', 60_000)}\":1}}");
        yield return ("an unknown key of quotation marks", $"{{\"{Repeat("\\\"", 30_000)}\":1}}");
        yield return ("an unknown argument as long as may be", $"{{\"args\":{{\"{new string('k', 60_000)}\":1}}}}");
        yield return ("thousands of unknown arguments", $"{{\"args\":{{{string.Join(',', Enumerable.Range(0, 5000).Select(number => $"\"k{number}\":1"))}}}}}");
        yield return ("thousands of wrong items", $"{{\"args\":{{\"hammer\":{{\"mass\":1}},\"heats\":[{Repeat("\"\",", 9000)}0]}}}}");
        yield return ("thousands of wrong settings", $"{{\"values\":{{\"ramp\":[{Repeat("\"\",", 9000)}0]}}}}");
        yield return ("an empty name 1 000 times", $"{{\"args\":{{{Repeat("\"\":1,", 1000)}\"\":1}}}}");
        yield return ("an array too deep", new string('[', 33) + new string(']', 33));
        yield return ("an array as deep as may be", new string('[', 32) + new string(']', 32));
        yield return ("an array that never ends", new string('[', 50_000));
        yield return ("objects that never end", Repeat("{\"a\":", 10_000));
        yield return ("arguments too deep", $"{{\"args\":{new string('[', 40)}{new string(']', 40)}}}");
        yield return ("an array of a thousand nothings", $"[{Repeat("null,", 1000)}null]");
        yield return ("an id of 65 characters", $"{{\"id\":\"{new string('i', 65)}\"}}");
        yield return ("an empty id", "{\"id\":\"\"}");
        yield return ("an id that is a number", "{\"id\":1}");
        yield return ("an id that is nothing", "{\"id\":null}");
        yield return ("a reply topic with a control character", "{\"reply_to\":\"qmi/v1/client/{caller}/a\\u0001b\"}");
        yield return ("a reply topic with a NUL", "{\"reply_to\":\"qmi/v1/client/{caller}/a\\u0000b\"}");
        yield return ("a reply topic with a wildcard", "{\"reply_to\":\"qmi/v1/client/{caller}/+/#\"}");
        yield return ("a reply topic with a noncharacter", "{\"reply_to\":\"qmi/v1/client/{caller}/a\\ufffeb\"}");
        yield return ("a reply topic beyond what MQTT takes", $"{{\"reply_to\":\"qmi/v1/client/{{caller}}/{Repeat("\u20ac", 21_845)}\"}}");
        yield return ("a reply topic as long as may be", $"{{\"reply_to\":\"qmi/v1/client/{{caller}}/{new string('a', 60_000)}\"}}");
        yield return ("a reply topic of somebody else", "{\"reply_to\":\"qmi/v1/box/box08/call/adm/x/y\"}");
        yield return ("a reply topic that is none", "{\"reply_to\":17}");
        yield return ("no time at all", "{\"timeout_ms\":0}");
        yield return ("a time before the beginning", "{\"timeout_ms\":-1}");
        yield return ("a time that is a fraction", "{\"timeout_ms\":0.5}");
        yield return ("progress all the time", "{\"progress_ms\":1}");
        yield return ("a version of tomorrow", "{\"v\":2}");
        yield return ("a version that is a text", "{\"v\":\"1\"}");
        yield return ("a version of a thousand digits", $"{{\"v\":{new string('1', 1000)}}}");
        yield return ("arguments that are a text", "{\"args\":\"{}\"}");
        yield return ("a date that is none", "{\"args\":{\"hammer\":{\"mass\":1},\"until\":\"2026-02-31T00:00:00Z\"}}");
        yield return ("a span of a thousand digits", $"{{\"args\":{{\"hammer\":{{\"mass\":1}},\"pause\":\"P{new string('9', 1000)}D\"}}}}");
        yield return ("a name of a prototype", "{\"__proto__\":{},\"constructor\":{}}");
        yield return ("a format string", "{\"id\":\"%s%n{0}{{\",\"args\":[\"%n%n\"]}");
        yield return ("a script", "{\"id\":\"<script>\",\"args\":[\"'; DROP TABLE locks; --\"]}");
        yield return ("a push of nothing", "{\"values\":null}");
        yield return ("a push of an array", "{\"values\":[]}");
        yield return ("a push with a lone surrogate in a name", "{\"id\":\"{id}\",\"values\":{\"\\ud800\":1}}");
        yield return ("a push with a lone surrogate in its id", "{\"id\":\"\\ud800\",\"values\":{}}");
        yield return ("a push with a lone surrogate in a text", "{\"id\":\"{id}\",\"values\":{\"operator\":\"\\ud800\"}}");
        yield return ("a push with a lone surrogate in a dictionary", "{\"id\":\"{id}\",\"values\":{\"counters\":{\"\\ud800\":1}}}");
        yield return ("a push with a member twice", "{\"id\":\"{id}\",\"values\":{\"setpoint\":1,\"setpoint\":2}}");
        yield return ("a push with a number beyond a double", "{\"id\":\"{id}\",\"values\":{\"unbounded\":1e999}}");
        yield return ("a push with a revision beyond 64 bits", "{\"id\":\"{id}\",\"base_rev\":18446744073709551615,\"values\":{}}");
        yield return ("a push with a time of the year 10 000", "{\"id\":\"{id}\",\"expires\":\"10000-01-01T00:00:00Z\",\"values\":{}}");
        yield return ("a push with a note beyond the limit", $"{{\"id\":\"{{id}}\",\"note\":\"{new string('n', 257)}\",\"values\":{{}}}}");
        yield return ("a push with a note of surrogates", "{\"id\":\"{id}\",\"note\":\"\\udc00\\ud800\",\"values\":{}}");
        yield return ("one byte more than the limit", new string(' ', BeyondTheLimit));
    }

    private static IEnumerable<(string Name, byte[] Payload)> Bytes()
    {
        yield return ("a byte order mark", [0xEF, 0xBB, 0xBF, (byte)'{', (byte)'}']);
        yield return ("a byte order mark alone", [0xEF, 0xBB, 0xBF]);
        yield return ("UTF-16", Encoding.Unicode.GetBytes("{\"id\":\"a\"}"));
        yield return ("UTF-16 with its mark", [0xFF, 0xFE, .. Encoding.Unicode.GetBytes("{}")]);
        yield return ("UTF-32", Encoding.UTF32.GetBytes("{}"));
        yield return ("one broken byte", [0xFF]);
        foreach (var (name, broken) in BrokenUtf8())
        {
            yield return ($"{name} in an argument", [.. "{\"args\":[\""u8, .. broken, .. "\"]}"u8]);
            yield return ($"{name} in a name", [.. "{\"args\":{\""u8, .. broken, .. "\":1}}"u8]);
            yield return ($"{name} in a key", [.. "{\""u8, .. broken, .. "\":1}"u8]);
            yield return ($"{name} in the id", [.. "{\"id\":\""u8, .. broken, .. "\"}"u8]);
            yield return ($"{name} in a setting", [.. "{\"values\":{\"operator\":\""u8, .. broken, .. "\"}}"u8]);
            yield return ($"{name} in a dictionary", [.. "{\"values\":{\"counters\":{\""u8, .. broken, .. "\":1}}}"u8]);
            yield return ($"{name} outside", [.. "{}"u8, .. broken]);
        }

        yield return ("CBOR", [0xBF, 0x61, 0x76, 0x01, 0xFF]);
        yield return ("gzip", [0x1F, 0x8B, 0x08, 0, 0, 0, 0, 0]);
        yield return ("every byte", [.. Enumerable.Range(0, 256).Select(value => (byte)value)]);
    }

    private static IEnumerable<(string Name, byte[] Bytes)> BrokenUtf8()
    {
        yield return ("a byte that is never UTF-8", [0xFF]);
        yield return ("a continuation alone", [0x80]);
        yield return ("half a character", [0xE2, 0x82]);
        yield return ("an overlong slash", [0xC0, 0xAF]);
        yield return ("an encoded surrogate", [0xED, 0xA0, 0x80]);
        yield return ("a character beyond Unicode", [0xF4, 0x90, 0x80, 0x80]);
    }

    private static string Repeat(string text, int times) => string.Concat(Enumerable.Repeat(text, times));
}

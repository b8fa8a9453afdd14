using System.Globalization;
using System.Text;

namespace Qmi.Edge.Bridge.Tests;

/// <summary>Makes payloads from a seed: right ones, of which some are then bent, broken, cut and mixed with what is in the corpus.</summary>
internal sealed class PayloadGenerator(int seed, IReadOnlyList<string> members, IReadOnlyList<string> keys)
{
    private const int Longest = 70_000;

    // What is put in where something else was expected.
    private static readonly byte[][] Tokens =
    [
        .. new[]
        {
            "null", "true", "false", "0", "-1", "1", "42", "-0", "0.5", "1e9", "1e-9", "1e308", "1e999", "-1e999", "9223372036854775807", "9223372036854775808", "18446744073709551616", "NaN",
            "\"\"", "\"x\"", "\"\\ud800\"", "\"\\udc00\"", "\"\\ud83d\\ude00\"", "\"\\u0000\"", "\"\\uffff\"", "\"\u20ac\"", "\"flat_top\"", "\"very_round\"", "\"merge\"", "\"replace\"",
            "\"2026-02-31T00:00:00Z\"", "\"2030-01-01T00:00:00Z\"", "\"PT5S\"", "[]", "{}", "[[[[]]]]", "{\"a\":{\"a\":{}}}", "{", "}", "[", "]", ",", ":", "\"", "\\", "\\u", "\\ud800", "/", "/*", "\t", "\n", "\r",
            "\"args\":", "\"id\":", "\"v\":1,", "\"values\":", "\"mass\":1,",
        }.Select(Encoding.UTF8.GetBytes),
        [0], [0xFF], [0x80], [0xC0, 0xAF], [0xE2, 0x82], [0xED, 0xA0, 0x80], [0xEF, 0xBB, 0xBF], [0xF4, 0x90, 0x80, 0x80],
    ];

    private readonly Random _random = new(seed);
    private readonly List<byte> _bytes = [];
    private long _count;

    public Random Random => _random;

    /// <summary>So many ids are used again and again, mostly for something else; 0 = none.</summary>
    public int OldIds { get; init; }

    /// <summary>The next payload.</summary>
    /// <param name="caller">Who sends it: some payloads speak of a topic of the caller's own.</param>
    public byte[] Next(string caller)
    {
        _count++;
        _bytes.Clear();
        if (_random.Next(20) == 0)
            _bytes.AddRange(Substitute(Corpus.All[_random.Next(Corpus.All.Count)].Payload, caller));
        else
            AddEnvelope();
        for (var bends = _random.Next(3) == 0 ? 0 : _random.Next(1, 4); bends > 0; bends--)
            Bend();
        return [.. _bytes];
    }

    /// <summary>A payload of the corpus, as this caller would send it.</summary>
    public byte[] Substitute(byte[] payload, string caller)
    {
        if (payload.AsSpan().IndexOf("{caller}"u8) < 0 && payload.AsSpan().IndexOf("{id}"u8) < 0)
            return payload;
        var text = Encoding.UTF8.GetString(payload).Replace("{caller}", caller, StringComparison.Ordinal);
        return Encoding.UTF8.GetBytes(text.Replace("{id}", Id(), StringComparison.Ordinal));
    }

    private string Id() => $"i{_count.ToString(CultureInfo.InvariantCulture)}";

    private void AddEnvelope()
    {
        if (_random.Next(12) == 0)
        {
            AddArray(0);
            return;
        }

        Add("{");
        var count = _random.Next(5);
        for (var index = 0; index < count; index++)
        {
            if (index > 0)
                Add(",");
            AddMember(index == 0 ? keys[0] : keys[_random.Next(keys.Count)]);
        }

        Add("}");
    }

    private void AddMember(string name)
    {
        Add($"\"{name}\":");
        switch (name)
        {
            case "args" or "values":
                AddObject(0);
                break;
            case "id":
                Add($"\"{(OldIds > 0 && _random.Next(2) == 0 ? $"i{_random.Next(OldIds)}" : Id())}\"");
                break;
            case "timeout_ms" or "progress_ms":
                Add(_random.Next(50, 5000).ToString(CultureInfo.InvariantCulture));
                break;
            case "dry_run" or "rebase":
                Add("true");
                break;
            case "v":
                Add("1");
                break;
            case "base_rev" or "confirm_ms" or "fence" or "if_rev":
                Add(_random.Next(5).ToString(CultureInfo.InvariantCulture));
                break;
            case "mode":
                Add(_random.Next(2) == 0 ? "\"merge\"" : "\"replace\"");
                break;
            case "wait":
                Add(_random.Next(2) == 0 ? "\"accepted\"" : "\"done\"");
                break;
            case "note" or "trace":
                Add($"\"{Id()}\"");
                break;
            default:
                AddValue(0);
                break;
        }
    }

    private void AddObject(int depth)
    {
        Add("{");
        var count = _random.Next(4);
        for (var index = 0; index < count; index++)
        {
            Add($"{(index > 0 ? "," : "")}\"{members[_random.Next(members.Count)]}\":");
            AddValue(depth + 1);
        }

        Add("}");
    }

    private void AddArray(int depth)
    {
        Add("[");
        var count = _random.Next(4);
        for (var index = 0; index < count; index++)
        {
            if (index > 0)
                Add(",");
            AddValue(depth + 1);
        }

        Add("]");
    }

    private void AddValue(int depth)
    {
        switch (_random.Next(depth > 3 ? 6 : 8))
        {
            case 0:
                Add(_random.Next(-10, 1000).ToString(CultureInfo.InvariantCulture));
                break;
            case 1:
                Add((_random.NextDouble() * 100).ToString("R", CultureInfo.InvariantCulture));
                break;
            case 2:
                Add(_random.Next(2) == 0 ? "true" : "false");
                break;
            case 3:
                Add($"\"{members[_random.Next(members.Count)]}\"");
                break;
            case 4:
                _bytes.AddRange(Tokens[_random.Next(Tokens.Length)]);
                break;
            case 5:
                Add("\"flat\"");
                break;
            case 6:
                AddArray(depth);
                break;
            default:
                AddObject(depth);
                break;
        }
    }

    private void Bend()
    {
        var place = _random.Next(_bytes.Count + 1);
        var length = Math.Min(_random.Next(1, 9), _bytes.Count - place);
        switch (_random.Next(8))
        {
            case 0 when place < _bytes.Count:
                _bytes[place] ^= (byte)(1 << _random.Next(8));
                break;
            case 1 when place < _bytes.Count:
                _bytes[place] = (byte)_random.Next(256);
                break;
            case 2:
                _bytes.RemoveRange(place, length);
                break;
            case 3:
                _bytes.InsertRange(place, _bytes.GetRange(place, length));
                break;
            case 4 when _random.Next(4) == 0:
                _bytes.RemoveRange(place, _bytes.Count - place);
                break;
            case 5 when _bytes.Count < Longest:
                var other = Corpus.All[_random.Next(Corpus.All.Count)].Payload;
                _bytes.InsertRange(place, other.AsSpan(0, Math.Min(other.Length, _random.Next(40))).ToArray());
                break;
            case 6:
                _bytes.InsertRange(place, Encoding.UTF8.GetBytes($"\"{keys[_random.Next(keys.Count)]}\":"));
                break;
            default:
                _bytes.InsertRange(place, Tokens[_random.Next(Tokens.Length)]);
                break;
        }
    }

    private void Add(string text) => _bytes.AddRange(Encoding.UTF8.GetBytes(text));
}

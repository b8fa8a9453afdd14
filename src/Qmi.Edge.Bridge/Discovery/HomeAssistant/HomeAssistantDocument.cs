using System.Text.Json;
using Microsoft.Extensions.Logging;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge;

/// <summary>The box at Home Assistant: one retained document, written anew whenever an object comes or goes.</summary>
internal sealed partial class HomeAssistantDocument
{
    // What consumers and brokers take without trouble; see the contract, section 2.13.
    private const int AdvisedSize = 64 * 1024;

    private readonly EdgeBox _box;
    private readonly BridgeOptions _options;
    private readonly ShownEntities _shown;
    private readonly DocumentBoard _board;
    private readonly RetainedDocument _document;
    private readonly ILogger _logger;
    private readonly HashSet<string> _removed = [];
    private bool _isTooLarge;

    public HomeAssistantDocument(EdgeBox box, BridgeOptions options, HomeAssistantOptions homeAssistant, DocumentBoard board, ILogger logger)
    {
        (_box, _options, _board, _logger) = (box, options, board, logger);
        _shown = new ShownEntities(box.State, logger);
        _document = board.Add(HomeAssistantDevice.Topic(homeAssistant.Prefix, box.Name), TimeSpan.Zero, (writer, _) => Write(writer));
    }

    /// <summary>An object was added, or removed for good. From any thread.</summary>
    public void OnChanged(string target, bool isRemoved)
    {
        lock (_removed)
        {
            if (isRemoved)
                _removed.Add(target);
            else
                _removed.Remove(target);
        }

        _board.Touch(_document);
    }

    private void Write(Utf8JsonWriter writer)
    {
        var box = new BoxDescription(_box.Name, [.. Objects()], _options);
        var entities = HomeAssistantDevice.EntitiesOf(box);
        HomeAssistantDevice.Create(box, entities, _shown.Show(entities)).WriteTo(writer);
        var size = writer.BytesCommitted + writer.BytesPending;
        if (size > AdvisedSize && !_isTooLarge)
            LogLarge(_logger, size, AdvisedSize);
        _isTooLarge = size > AdvisedSize;
    }

    // Those that exist, and in their places those that should.
    private IEnumerable<ObjectDescription> Objects()
    {
        var present = _box.Objects.ToDictionary(target => target.Name, target => target.Description);
        foreach (var expected in _options.Expected)
        {
            if (present.Remove(expected.Name, out var description))
                yield return description;
            else if (!IsRemoved(expected.Name))
                yield return expected;
        }

        foreach (var description in _box.Objects.Select(target => target.Description).Where(description => present.ContainsKey(description.Name)))
            yield return description;
    }

    private bool IsRemoved(string target)
    {
        lock (_removed)
            return _removed.Contains(target);
    }

    [LoggerMessage(2402, LogLevel.Warning, "The document for Home Assistant has {Size} bytes, more than the {Advised} that every broker takes: put fewer values into one box, or raise the broker's limit of the packet size")]
    private static partial void LogLarge(ILogger logger, long size, int advised);
}

using System.Text.Json;

namespace Qmi.Edge.Runtime;

/// <summary>What somebody who says what settings begin with says differently than the last time.</summary>
internal static class GivenEdits
{
    /// <summary>What is new or different. Something that is no longer said changes nothing.</summary>
    /// <param name="before">What was said the last time; undefined = nothing.</param>
    /// <param name="now">What is said now; undefined = nothing.</param>
    public static IEnumerable<JsonEdit> Of(JsonElement before, JsonElement now)
    {
        if (now.ValueKind == JsonValueKind.Undefined)
            return [];
        return JsonEdit.Between(before.ValueKind == JsonValueKind.Undefined ? Nothing : before, now).Where(edit => !edit.Removes);
    }

    private static readonly JsonElement Nothing = JsonDocument.Parse("{}").RootElement.Clone();
}

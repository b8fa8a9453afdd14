using System.Text.Json.Nodes;

namespace Qmi.Edge.Bridge;

/// <summary>What the contract itself gives form to: envelopes, documents, batches.</summary>
internal static class AsyncApiSchemas
{
    private const string Text = """
        {
          "request": {
            "type": "object",
            "description": "All members are optional; an empty payload is an empty object, and an array is the positional arguments.",
            "properties": {
              "v": { "const": 1 },
              "args": { "description": "The arguments by name, or as an array." },
              "id": { "type": "string", "minLength": 1, "maxLength": 64, "description": "Correlates, and makes a repetition of the request known as one. Unique for each caller." },
              "reply_to": { "type": "string", "description": "Below the caller's reply topic of the box, or below the caller's client topic." },
              "timeout_ms": { "type": "integer", "minimum": 1, "maximum": 86400000 },
              "lock": { "type": "string", "description": "The lock token." },
              "fence": { "type": "integer", "minimum": 0 },
              "if_rev": { "type": "integer", "minimum": 0 },
              "if_boot": { "type": "string" },
              "wait": { "enum": ["accepted", "done"] },
              "progress_ms": { "type": "integer", "minimum": 1 },
              "dry_run": { "type": "boolean" },
              "trace": { "type": "string", "description": "W3C trace context." }
            }
          },
          "error": {
            "type": "object",
            "required": ["code", "status", "message", "executed", "retry"],
            "properties": {
              "code": { "type": "string" },
              "status": { "type": "integer" },
              "message": { "type": "string" },
              "executed": { "enum": ["no", "yes", "unknown"], "description": "Whether the work happened." },
              "retry": { "enum": ["no", "after"] },
              "retry_after_ms": { "type": "integer" },
              "details": { "type": "object" }
            }
          },
          "reply": {
            "type": "object",
            "required": ["v", "ok", "final", "box", "boot", "object", "method", "seq", "ts"],
            "properties": {
              "v": { "const": 1 },
              "id": { "type": "string" },
              "ok": { "type": "boolean" },
              "final": { "type": "boolean" },
              "result": { "description": "When ok." },
              "error": { "$ref": "#/components/schemas/error" },
              "box": { "type": "string" },
              "boot": { "type": "string" },
              "object": { "type": "string" },
              "method": { "type": "string" },
              "seq": { "type": "integer" },
              "ts": { "type": "string", "format": "date-time" },
              "took_ms": { "type": "integer" },
              "replayed": { "type": "boolean" },
              "fence": { "type": "integer" }
            }
          },
          "document": {
            "type": "object",
            "required": ["v", "boot", "seq"],
            "properties": {
              "v": { "const": 1 },
              "boot": { "type": "string", "description": "The run of the box; later runs sort later." },
              "seq": { "type": "integer", "description": "Rises with every publication of the document." }
            }
          },
          "presence": {
            "type": "object",
            "required": ["v", "state", "boot", "conn", "since"],
            "properties": {
              "v": { "const": 1 },
              "state": { "enum": ["starting", "online", "degraded", "stopping", "offline", "lost", "moved"] },
              "boot": { "type": "string" },
              "conn": { "type": "integer" },
              "since": { "type": "string", "format": "date-time" },
              "reason": { "type": "string" }
            }
          },
          "info": {
            "allOf": [{ "$ref": "#/components/schemas/document" }],
            "required": ["hash"],
            "properties": { "hash": { "type": "string", "pattern": "^sha256:[0-9a-f]{64}$", "description": "Of everything but hash, v, boot and seq, in the canonical form of RFC 8785." } }
          },
          "health": { "allOf": [{ "$ref": "#/components/schemas/document" }] },
          "life": {
            "allOf": [{ "$ref": "#/components/schemas/document" }],
            "required": ["state"],
            "properties": { "state": { "enum": ["ready", "running", "stopping", "stopped", "failed", "closed", "open", "lost"] } }
          },
          "lock": {
            "allOf": [{ "$ref": "#/components/schemas/document" }],
            "required": ["locked", "fence"],
            "properties": { "locked": { "type": "boolean" }, "owner": { "type": "string" }, "fence": { "type": "integer" } }
          },
          "ack": {
            "allOf": [{ "$ref": "#/components/schemas/document" }],
            "required": ["state"],
            "properties": {
              "id": { "type": ["string", "null"] },
              "rev": { "type": ["integer", "null"] },
              "state": { "enum": ["pending", "applied", "rejected", "failed", "superseded", "expired", "rolled_back"] },
              "head_rev": { "type": "integer" }
            }
          },
          "batch": {
            "type": "object",
            "required": ["v", "boot", "s", "t", "n", "values", "q"],
            "properties": {
              "v": { "const": 1 },
              "boot": { "type": "string" },
              "s": { "type": "integer", "description": "Sequence number of the first value. The next batch begins at s + n, or values were lost." },
              "t": { "type": "string", "format": "date-time", "description": "Time of the first value." },
              "dt_us": { "type": "integer", "description": "Microseconds between two values." },
              "t_us": { "type": "array", "items": { "type": "integer" }, "description": "Microseconds of each value after t, when they are not uniform." },
              "n": { "type": "integer", "minimum": 1 },
              "q": { "enum": [0, 1, 2, 3], "description": "0 good, 1 uncertain, 2 bad, 3 simulated." },
              "lost": { "type": "integer", "description": "How many values before these could not be sent." },
              "fence": { "type": "integer" }
            }
          }
        }
        """;

    public static JsonObject Common() => JsonNode.Parse(Text)!.AsObject();

    public static JsonObject Of(string name) => JsonNodes.Reference("components", "schemas", name);

    /// <summary>The settings document: what is in effect and what waits.</summary>
    public static JsonObject Settings(JsonObject values) => Document(new JsonObject
    {
        ["head_rev"] = new JsonObject { ["type"] = "integer" },
        ["reported"] = OrNull(Revision(values)),
        ["pending"] = OrNull(Revision(values)),
    });

    /// <summary>The status document.</summary>
    public static JsonObject Status(JsonObject values) => Document(new JsonObject
    {
        ["ts"] = new JsonObject { ["type"] = "string", ["format"] = "date-time" },
        ["values"] = OrNull(values.DeepClone()),
    });

    /// <summary>A settings push.</summary>
    public static JsonObject Push(JsonObject values) => new()
    {
        ["type"] = "object",
        ["required"] = new JsonArray("values"),
        ["properties"] = new JsonObject
        {
            ["v"] = new JsonObject { ["const"] = 1 },
            ["id"] = new JsonObject { ["type"] = "string", ["minLength"] = 1, ["maxLength"] = 64 },
            ["values"] = values.DeepClone(),
            ["mode"] = new JsonObject { ["enum"] = new JsonArray("merge", "replace") },
            ["base_rev"] = new JsonObject { ["type"] = "integer", ["minimum"] = 0 },
            ["lock"] = new JsonObject { ["type"] = "string" },
            ["note"] = new JsonObject { ["type"] = "string", ["maxLength"] = 256 },
        },
    };

    /// <summary>A batch of signal values.</summary>
    public static JsonObject Batch(JsonObject value) => new()
    {
        ["allOf"] = new JsonArray(Of("batch")),
        ["properties"] = new JsonObject { ["values"] = new JsonObject { ["type"] = "array", ["items"] = value } },
    };

    private static JsonObject Document(JsonObject properties) => new() { ["allOf"] = new JsonArray(Of("document")), ["properties"] = properties };

    private static JsonObject Revision(JsonObject values) => new()
    {
        ["type"] = "object",
        ["required"] = new JsonArray("rev", "values"),
        ["properties"] = new JsonObject { ["rev"] = new JsonObject { ["type"] = "integer" }, ["values"] = values.DeepClone(), ["by"] = new JsonObject { ["type"] = "string" } },
    };

    private static JsonObject OrNull(JsonNode schema) => new() { ["anyOf"] = new JsonArray(schema, new JsonObject { ["type"] = "null" }) };
}

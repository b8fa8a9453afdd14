using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;

namespace Qmi.Edge.Runtime.Tests;

public class SecretHashesTests
{
    private static readonly JsonElement Secret = CallTests.Json("\"sesame\"");

    [Fact]
    public void A_secret_has_the_same_hash_after_a_restart_of_the_box()
    {
        var disk = new CrashingDisk();

        Assert.Equal(Hash(disk), Hash(disk));
    }

    [Fact]
    public void Equal_secrets_in_two_boxes_or_in_two_places_look_different()
    {
        var hashes = SecretHashes.Open(new CrashingDisk(), NullLogger.Instance);
        string[] all = [hashes.Of("a", "/password", Secret), hashes.Of("b", "/password", Secret), hashes.Of("a", "/other", Secret), Hash(new CrashingDisk()), Hash(null), Hash(null)];

        Assert.Equal(all.Length, all.Distinct().Count());
        Assert.NotEqual(hashes.Of("a", "/password", Secret), hashes.Of("a", "/password", CallTests.Json("\"sesame2\"")));
    }

    [Fact]
    public void A_disk_that_keeps_no_key_is_told_and_costs_no_more_than_that()
    {
        var log = new RecordingLog();

        var hash = SecretHashes.Open(new CrashingDisk { IsBroken = true }, log).Of("a", "/password", Secret);

        Assert.StartsWith("hmac-sha256:", hash);
        Assert.Contains("will be others after a restart", Assert.Single(log.Lines).Text);
    }

    [Fact]
    public void All_secrets_of_a_value_are_found_wherever_they_are()
    {
        var hidden = new Schema { Type = SchemaType.String, WriteOnly = true };
        var schema = new Schema
        {
            Type = SchemaType.Object,
            Properties =
            [
                new("open", new Schema { Type = SchemaType.String }),
                new("accounts", new Schema { Type = SchemaType.Array, Items = new Schema { Type = SchemaType.Object, Properties = [new("key", hidden)] } }),
            ],
            AdditionalProperties = hidden,
        };

        var found = Secrets.Find(CallTests.Json("""{"open":"x","accounts":[{"key":"a"},{"key":"b"}],"more":"c"}"""), schema);

        Assert.Equal([("/accounts/0/key", "a"), ("/accounts/1/key", "b"), ("/more", "c")], found.Select(secret => (secret.Path, secret.Value.GetString())));
    }

    private static string Hash(IStateDisk? disk) => SecretHashes.Open(disk, NullLogger.Instance).Of("a", "/password", Secret);
}

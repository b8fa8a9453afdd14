using System.Text;

namespace Qmi.Edge.Drivers.Tests;

public sealed class ScpiMarkerTests
{
    private const string Identity = "ACME,DMM7,1234,2.0";

    [Fact]
    public void Only_its_own_answer_is_a_markers_answer()
    {
        List<ScpiMarker> markers = [new ScpiMarker(1, [])];
        for (var count = 0; count < 70; count++)
            markers.Add(markers[^1].Next());

        foreach (var asked in markers)
        {
            foreach (var answered in markers)
                Assert.Equal(asked == answered, asked.IsAnswer(Answer(answered.Question, Identity)));
        }
    }

    [Theory]
    [InlineData("ACME,DMM7,1234,2.0")]
    [InlineData("ACME,DMM7,1234,2.0;ACME,DMM7,1234,2.1")]
    [InlineData("21.ACME,DMM7,1234,2.0;ACME,DMM7,1234,2.0")]
    [InlineData("1,2,3,4;1,2,3,4")]
    [InlineData("1;1")]
    [InlineData(";")]
    [InlineData("")]
    public void What_measured_values_look_like_is_no_markers_answer(string line) => Assert.False(new ScpiMarker(1, []).IsAnswer(Encoding.ASCII.GetBytes(line)));

    [Fact]
    public void Once_known_the_identity_must_be_the_same()
    {
        var first = new ScpiMarker(1, []);
        Assert.True(first.IsAnswer(Answer(first.Question, Identity)));

        var next = first.Next();
        Assert.False(next.IsAnswer(Answer(next.Question, "ACME,DMM8,1,1")));
        Assert.True(next.IsAnswer(Answer(next.Question, Identity)));
    }

    private static byte[] Answer(string question, string identity) =>
        Encoding.ASCII.GetBytes(question.Replace("*IDN?", identity, StringComparison.Ordinal).Replace("*STB?", "4", StringComparison.Ordinal));
}

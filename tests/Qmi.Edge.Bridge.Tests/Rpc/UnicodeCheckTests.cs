using System.Text;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge.Tests;

public class UnicodeCheckTests
{
    [Theory]
    [InlineData("""{"id":"\ud83d\ude00"}""", -1)]
    [InlineData("""["\\ud800"]""", -1)]
    [InlineData("""["\\\ud800"]""", 4)]
    [InlineData("""["\ud800"]""", 2)]
    [InlineData("""["ab\udc00"]""", 4)]
    [InlineData("""["\ud800\ud800\udc00"]""", 2)]
    [InlineData("""["\ud800x\udc00"]""", 2)]
    [InlineData("""["\ud83d\ude00\udc00"]""", 14)]
    [InlineData("""["\u00e9","\ud800"]""", 11)]
    [InlineData("""{"\ud800":1}""", 2)]
    [InlineData("""["\uD83D\uDE00\n\u0041"]""", -1)]
    public void Half_of_a_surrogate_pair_is_found_where_it_is(string json, int place) => Assert.Equal(place, UnicodeCheck.FindHalfPair(Encoding.UTF8.GetBytes(json)));

    [Theory]
    [InlineData(new byte[] { 0x61, 0xFF }, 1)]
    [InlineData(new byte[] { 0xE2, 0x82, 0xAC }, -1)]
    [InlineData(new byte[] { 0xE2, 0x82, 0xAC, 0xE2, 0x82 }, 3)]
    [InlineData(new byte[] { 0xED, 0xA0, 0x80 }, 0)]
    [InlineData(new byte[] { }, -1)]
    public void A_byte_that_is_not_utf_8_is_found_where_it_is(byte[] text, int place) => Assert.Equal(place, UnicodeCheck.FindBrokenByte(text));

    [Theory]
    [InlineData("{\"a\":1,\n \"b\":\"\\ud800\"}", 2L, 7L)]
    [InlineData("{\"b\":\"\\ud800\"}", 1L, 7L)]
    public void What_is_no_text_is_refused_with_its_place(string json, long line, long column)
    {
        var error = Assert.Throws<QmiException>(() => EnvelopeReader.Read(Encoding.UTF8.GetBytes(json)));

        Assert.Equal(ErrorCode.BadJson, error.Code);
        Assert.Equal((line, column), ((long)error.Details["line"]!, (long)error.Details["col"]!));
        Assert.Contains("surrogate", error.Message);
    }
}

namespace Qmi.Edge.Bridge;

/// <summary>What a publication with a token of the ledger did to its topic.</summary>
internal enum LedgerTokenKind
{
    Publish,
    Clear,
    Move,
}

/// <summary>Tokens of the ledger are negative; those of others are not.</summary>
internal static class LedgerToken
{
    private const int Kinds = 4;

    public static long Encode(int index, LedgerTokenKind kind) => -1L - (((long)index * Kinds) + (int)kind);

    public static (int Index, LedgerTokenKind Kind) Decode(long token)
    {
        var value = -1L - token;
        return ((int)(value / Kinds), (LedgerTokenKind)(value % Kinds));
    }
}

/// <summary>A topic that nobody looks after.</summary>
/// <param name="Entry">The topic.</param>
/// <param name="IsOldState">It is the state of the box under another id or prefix: it is not cleared, but says where the box has gone.</param>
/// <param name="Token">For the publication.</param>
internal sealed record LedgerRemainder(LedgerEntry Entry, bool IsOldState, long Token);

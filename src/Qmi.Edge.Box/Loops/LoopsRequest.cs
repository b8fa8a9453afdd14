namespace Qmi.Edge.Box;

/// <summary>What <c>loops</c> was asked for.</summary>
internal sealed record LoopsRequest
{
    /// <summary>The configuration of the box.</summary>
    public required string File { get; init; }

    /// <summary>As whom to ask; null = whoever the broker takes.</summary>
    public string? User { get; init; }

    /// <summary>A file with the user's password; null = there is none.</summary>
    public string? PasswordFile { get; init; }

    /// <summary>The user's certificate; null = there is none.</summary>
    public string? CertificateFile { get; init; }

    /// <summary>Its private key.</summary>
    public string? KeyFile { get; init; }

    /// <summary>Whether to go on.</summary>
    public bool Watch { get; init; }

    /// <summary>The picture to draw; null = none.</summary>
    public string? Plot { get; init; }
}

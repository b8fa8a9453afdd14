using Microsoft.Extensions.Logging;

namespace Qmi.Edge.Bridge.Tests;

/// <summary>Puts what is logged into the output of the running test.</summary>
internal sealed class TestLog : ILogger
{
    public static readonly TestLog Instance = new();

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        TestContext.Current.TestOutputHelper?.WriteLine($"{logLevel} {eventId.Id} {formatter(state, exception)} {exception?.GetType().Name}");
}

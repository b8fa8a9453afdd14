using Microsoft.Extensions.Logging;

namespace Qmi.Edge.Bridge.Tests;

/// <summary>A logger factory that gives every line to those who were added.</summary>
internal sealed class ProviderLog : ILoggerFactory
{
    private readonly List<ILoggerProvider> _providers = [];

    public void AddProvider(ILoggerProvider provider)
    {
        lock (_providers)
            _providers.Add(provider);
    }

    public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName);

    public void Dispose()
    {
    }

    private sealed class Logger(ProviderLog log, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            List<ILoggerProvider> providers;
            lock (log._providers)
                providers = [.. log._providers];
            foreach (var provider in providers)
                provider.CreateLogger(category).Log(logLevel, eventId, state, exception, formatter);
        }
    }
}

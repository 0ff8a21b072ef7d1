import Configuration
import EventLoops
import Observability

/// Makes the log that the configuration asks for.
enum LogSetup {
    /// Secrets of the configuration appear in no line of it.
    static func logger(_ settings: Settings, metrics: Metrics, isTerminal: Bool) throws(SystemError) -> Logger {
        let redactor = SecretRedactor()
        register(settings, in: redactor)
        return try Logger(
            level: level(settings.logging.level), format: format(settings.logging, isTerminal: isTerminal),
            sink: settings.logging.file.map { .file($0) } ?? .standardError, redactor: redactor,
            metrics: metrics.makeShard())
    }

    /// Whether its lines appear as text where other messages for people do.
    static func isForPeople(_ settings: Settings, isTerminal: Bool) -> Bool {
        settings.logging.file == nil && format(settings.logging, isTerminal: isTerminal) == .text
    }

    /// Takes over what can change while the log is written: its level, and further secrets.
    static func apply(_ settings: Settings, to log: Logger) {
        register(settings, in: log.redactor)
        log.setLevel(level(settings.logging.level))
    }

    private static func register(_ settings: Settings, in redactor: SecretRedactor) {
        for secret in [settings.openRouter.apiKey].compactMap(\.self) + settings.server.auth.tokens {
            redactor.register(secret.reveal())
        }
    }

    private static func level(_ level: Settings.Logging.Level) -> LogLevel {
        switch level {
        case .trace: .trace
        case .debug: .debug
        case .info: .info
        case .warning: .warning
        case .error: .error
        }
    }

    private static func format(_ logging: Settings.Logging, isTerminal: Bool) -> LogFormat {
        switch logging.format {
        case .json: .json
        case .text: .text
        case .auto: logging.file == nil && isTerminal ? .text : .json
        }
    }
}

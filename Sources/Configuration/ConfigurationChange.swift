/// What becomes of a configuration that is loaded while a server runs.
package struct ConfigurationChange: Sendable {
    /// To be put in force: the new values, and the old ones of what cannot change.
    package private(set) var settings: Settings
    /// Keys whose new values are taken over.
    package private(set) var applied: [String] = []
    /// Keys that differ from what the server was started with, and need a restart.
    package private(set) var deferred: [String] = []
    /// Whether the server, which stays on its address, would be open to everybody: it must not be taken over then.
    package private(set) var opensServer = false

    /// - Parameters:
    ///   - started: what the server was started with.
    ///   - inForce: what it runs with now.
    package init(to loaded: Settings, from inForce: Settings, started: Settings) {
        settings = loaded
        for key in SettingTable.keys {
            let value = key.currentValue(in: loaded)
            if key.isReloadable {
                if value != key.currentValue(in: inForce) { applied.append(key.path) }
            } else if let old = key.currentValue(in: started), old != value {
                deferred.append(key.path)
                key.store(old, &settings)
            } else if value != key.currentValue(in: started) {
                // It had none, and nothing looks at it any more.
                deferred.append(key.path)
            }
        }
        let server = settings.server
        opensServer = server.auth.tokens.isEmpty && !server.auth.insecure && !HostName.isLoopback(server.host)
    }
}

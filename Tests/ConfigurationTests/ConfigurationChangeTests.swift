import Configuration
import Testing

@Suite struct ConfigurationChangeTests {
    @Test("every key's change is taken over or deferred, as the table says", arguments: SettingTable.keys.map(\.path))
    func everyKey(path: String) throws {
        let key = try #require(SettingTable.byPath[path])
        let base = "openrouter:\n  model: a/b\n  api_key: ${K}\n"
        let files = ["secrets.txt": "from-file\n"]
        let started = load(base, environment: ["K": "k"], files: files).effective
        let variable = [key.environmentName: SettingTableTests.sample(for: key), "K": "k"]
        let loaded = load(base, environment: variable, files: files).effective
        let change = ConfigurationChange(to: loaded, from: started, started: started)
        #expect(change.applied.contains(path) == key.isReloadable)
        #expect(change.deferred == (key.isReloadable ? [] : [path]))
        #expect(ConfigurationChange(to: started, from: started, started: started).applied.isEmpty)
        if !key.isReloadable, key.currentValue(in: started) != nil { #expect(change.settings == started) }
        if key.isReloadable { #expect(change.settings == loaded) }
    }

    @Test("a deferred change is named each time, an applied one once")
    func repeated() {
        let started = load("ai_service: mock").effective
        let loaded = load("ai_service: mock\nserver: {port: 9000, metrics: false}").effective
        let first = ConfigurationChange(to: loaded, from: started, started: started)
        #expect(first.applied == ["server.metrics"] && first.deferred == ["server.port"])
        let second = ConfigurationChange(to: loaded, from: first.settings, started: started)
        #expect(second.applied.isEmpty && second.deferred == ["server.port"])
    }

    @Test("a server that others can reach is not left without tokens, whatever address the file names now")
    func openServer() {
        let started = load(
            "ai_service: mock\nserver: {host: 0.0.0.0, auth: {tokens: [\"${T}\"]}}", environment: ["T": "t"])
        #expect(started.settings != nil)
        let loaded = load("ai_service: mock\nserver: {host: 127.0.0.1}")
        #expect(loaded.settings != nil)
        let change = ConfigurationChange(
            to: loaded.effective, from: started.effective, started: started.effective)
        #expect(change.opensServer)
        let other = load(
            "ai_service: mock\nserver: {host: 127.0.0.1, auth: {tokens: [\"${T}\"]}}", environment: ["T": "u"])
        #expect(
            !ConfigurationChange(to: other.effective, from: started.effective, started: started.effective).opensServer)
    }
}

import Configuration
import Diagnostics
import Testing

@Suite struct HostNameTests {
    @Test("this machine is known by all its names")
    func loopback() {
        for host in [
            "localhost", "LocalHost", "a.localhost", "127.0.0.1", "127.9.9.9", "::1", "0:0:0:0:0:0:0:1",
            "::ffff:127.0.0.1",
        ] {
            #expect(HostName.isLoopback(host), "\(host)")
        }
        for host in [
            "0.0.0.0", "::", "128.0.0.1", "localhost.example", "127.0.0.1.example", "example.org", "::2", "1::1",
            "127.0.0", "::11",
        ] {
            #expect(!HostName.isLoopback(host), "\(host)")
        }
    }

    @Test("names and addresses are told from everything else")
    func validity() {
        for host in [
            "localhost", "a-b.example.org", "example.org.", "127.0.0.1", "::", "::1", "fe80::1:2", "my_host",
            "::ffff:1.2.3.4",
        ] {
            #expect(HostName.isValid(host), "\(host)")
        }
        for host in [
            "", " ", "a b", "a:80", "http://a", "[::1]", "a/b", "é", "1.2.3", ":::", "a@b", "a..b", "1.2.3.4.5", "?",
        ] {
            #expect(!HostName.isValid(host), "\(host)")
        }
    }

    @Test("hosts may be meant with a port, and domains with all that is below them")
    func patterns() {
        for text in ["a.example", "*.a.example", "a.example:1", "*.a.example:65535", "127.0.0.1:80", "::1"] {
            #expect(HostName.isPattern(text), "\(text)")
        }
        for text in [
            "*", "*.", "a.example:", "a.example:0", "a.example:65536", "a.example:x", ":80", "a:1:2", "a/b:80",
        ] {
            #expect(!HostName.isPattern(text), "\(text)")
        }
    }
}

@Suite struct TextFormTests {
    private func message(_ path: String, _ value: String) -> String? {
        let option = ConfigurationInputs.Option(name: "x", path: path, text: value)
        let loaded = load("ai_service: mock\nserver: {auth: {insecure: true}}", options: [option])
        return loaded.diagnostics.first { $0.severity == .error }?.message
    }

    @Test(
        "a text of the right form is taken",
        arguments: [
            ("openrouter.base_url", "https://example.org"), ("openrouter.base_url", "HTTP://[::1]:8080/a/b/"),
            ("openrouter.site_url", ""), ("openrouter.site_url", "https://example.org/?a=b#c"),
            ("openrouter.app_name", "My App 2"),
            ("openrouter.app_name", ""), ("server.host", "::"), ("server.host", "build.example.org"),
            ("server.path", "/"),
            ("server.path", "/a/b-c_d"), ("server.allowed_origins", "*"),
            ("server.allowed_origins", "http://a:8080,https://b"),
            ("logging.file", "/var/log/a b.log"), ("ai_loop.system_prompt", "日本語\n\nok"),
        ])
    func taken(path: String, value: String) {
        let found = message(path, value)
        // The chat page has the path `/` for itself, which is another matter than its form.
        #expect(found == nil || found?.hasPrefix("the server answers") == true, "\(found ?? "")")
    }

    @Test(
        "a text of another form is refused",
        arguments: [
            ("openrouter.base_url", "ws://a"), ("openrouter.base_url", "https://"),
            ("openrouter.base_url", "https://a:0"),
            ("openrouter.base_url", "https://a:65536"), ("openrouter.base_url", "https://a b"),
            ("openrouter.base_url", "https://a/#x"),
            ("openrouter.base_url", "https://u@a"), ("openrouter.base_url", "/v1"),
            ("openrouter.site_url", "example.org"),
            ("openrouter.site_url", "https://a b"), ("openrouter.app_name", "a\nb"), ("openrouter.model", " "),
            ("server.host", "[::1]"),
            ("server.host", "a:80"), ("server.path", "/a b"), ("server.path", "/a?b"), ("server.path", "a"),
            ("server.allowed_origins", "example.org"), ("server.allowed_origins", "https://a/"),
            ("server.allowed_origins", "null"),
            ("logging.level", "INFO"), ("openrouter.api_key", "ключ"), ("server.auth.tokens", "a,b c"),
        ])
    func refused(path: String, value: String) throws {
        let message = try #require(self.message(path, value))
        #expect(message.hasPrefix("`\(path)`") || message.hasPrefix("`\(path)["))
    }
}

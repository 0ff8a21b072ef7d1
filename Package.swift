// swift-tools-version: 6.2
import PackageDescription

/// Every target is compiled alike: Swift 6 language mode, warnings are errors.
let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]

/// A target of the product. Its dependencies are the only modules it may import (the gate builds with
/// `--explicit-target-dependency-import-check error`).
func library(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: settings)
}

/// The tests of one target, and what they drive it with.
func tests(of name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .testTarget(name: name + "Tests", dependencies: [.byName(name: name)] + dependencies, swiftSettings: settings)
}

func executable(_ name: String, path: String? = nil, _ dependencies: [Target.Dependency]) -> Target {
    .executableTarget(name: name, dependencies: dependencies, path: path, swiftSettings: settings)
}

let package = Package(
    name: "ailoopctl",
    products: [
        .executable(name: "ailoopctl", targets: ["ailoopctl"]),
        .executable(name: "scripted-upstream", targets: ["scripted-upstream"]),
        .executable(name: "websocket-echo", targets: ["websocket-echo"]),
        .executable(name: "websocket-load", targets: ["websocket-load"]),
    ],
    targets: [
        // Protocol cores: values in, values out. No Foundation, no Glibc, no sockets, files, clocks, threads.
        library("Wire"),
        library("HTTP1", ["Wire"]),
        library("WebSocket", ["Wire"]),
        library("ServerSentEvents", ["Wire"]),
        library("JSON", ["Wire"]),
        library("JSONRPC", ["JSON"]),
        library("SessionProtocol", ["JSON", "JSONRPC"]),
        library("JSONSchema", ["JSON"]),
        library("AILoop", ["JSON", "JSONSchema"]),

        // What a person meets: configuration files, the command line, diagnostics.
        library("Diagnostics", ["JSON"]),
        library("Quantities"),
        library("CommandLineSpec", ["Diagnostics", "Quantities"]),
        .systemLibrary(name: "CYaml", providers: [.apt(["libyaml-dev"])]),
        library("Configuration", ["CYaml", "Diagnostics", "HTTP1", "JSON", "JSONSchema", "Quantities"]),

        // The machine: sockets, timers, threads.
        .target(name: "CLinux"),
        library("EventLoops", ["CLinux", "Wire"]),
        library("TLS", ["Wire"]),
        library("HTTPClient", ["EventLoops", "HTTP1", "TLS", "Wire"]),
        library("Terminal", ["Diagnostics", "EventLoops"]),
        library("Observability", ["CLinux", "EventLoops", "JSON"]),
        library("WebSocketConnections", ["EventLoops", "HTTP1", "TLS", "WebSocket", "Wire"]),

        // The product.
        library("OpenRouter", ["AILoop", "HTTP1", "JSON", "ServerSentEvents"]),
        library(
            "Tools",
            [
                "AILoop", "CLinux", "EventLoops", "HTTP1", "HTTPClient", "JSON", "JSONRPC", "JSONSchema",
                "Observability",
                "Wire",
            ]),
        library("Sessions", ["AILoop", "EventLoops", "JSON", "Observability"]),
        .target(
            name: "InteractiveServer",
            dependencies: [
                "AILoop", "Configuration", "EventLoops", "HTTP1", "HTTPClient", "JSON", "JSONRPC", "Observability",
                "OpenRouter", "Quantities", "SessionProtocol", "Sessions", "Tools", "WebSocket", "WebSocketConnections",
                "Wire",
            ],
            resources: [.embedInCode("Resources/chat.html")], swiftSettings: settings),
        library(
            "InteractiveClient",
            ["EventLoops", "HTTP1", "JSON", "JSONRPC", "SessionProtocol", "TLS", "WebSocket", "WebSocketConnections"]),
        library("ChatUI", ["Diagnostics", "InteractiveClient", "JSON", "JSONRPC", "SessionProtocol", "Terminal"]),
        library("Replaying", ["Diagnostics", "JSON", "JSONRPC", "Observability", "SessionProtocol"]),
        library(
            "Benchmarking",
            [
                "Diagnostics", "EventLoops", "HTTP1", "JSON", "Quantities", "TLS", "WebSocket", "WebSocketConnections",
                "Wire",
            ]),
        library(
            "Commands",
            [
                "Benchmarking", "CLinux", "ChatUI", "CommandLineSpec", "Configuration", "Diagnostics", "EventLoops",
                "HTTP1", "InteractiveClient", "InteractiveServer", "JSON", "Observability", "Quantities", "Replaying",
                "TLS", "Terminal",
            ]),
        executable("ailoopctl", ["Commands"]),

        // Support for conformance suites, tests and benchmarks; no part of the product.
        library("ScriptedUpstream", ["EventLoops", "HTTP1", "JSON", "Wire"]),
        executable(
            "scripted-upstream", path: "Sources/ScriptedUpstreamTool",
            ["EventLoops", "HTTP1", "JSON", "ScriptedUpstream"]),
        executable(
            "websocket-echo", path: "Sources/WebSocketEcho",
            ["EventLoops", "HTTP1", "WebSocket", "WebSocketConnections"]),
        executable(
            "websocket-load", path: "Sources/WebSocketLoad",
            ["Benchmarking", "EventLoops", "HTTP1", "WebSocket", "WebSocketConnections"]),

        tests(of: "Benchmarking", ["EventLoops", "HTTP1", "JSON", "WebSocket", "WebSocketConnections", "Wire"]),
        // What the fuzzer checks; the tests replay its corpora.
        .target(
            name: "FuzzTargets",
            dependencies: [
                "Configuration", "Diagnostics", "HTTP1", "JSON", "JSONSchema", "ServerSentEvents", "WebSocket", "Wire",
            ],
            path: "Tests/FuzzTargets", swiftSettings: settings),
        tests(of: "FuzzTargets"),

        tests(of: "Wire"),
        tests(of: "HTTP1", ["Wire"]),
        tests(of: "WebSocket", ["Wire"]),
        tests(of: "ServerSentEvents", ["Wire"]),
        tests(of: "JSON", ["Wire"]),
        tests(of: "JSONRPC", ["JSON"]),
        tests(of: "SessionProtocol", ["JSON", "JSONRPC"]),
        tests(of: "JSONSchema", ["JSON"]),
        tests(of: "AILoop", ["JSON"]),
        tests(of: "Diagnostics", ["JSON"]),
        tests(of: "Quantities"),
        tests(of: "CommandLineSpec", ["Diagnostics"]),
        tests(of: "Configuration", ["Diagnostics", "JSON", "JSONSchema", "Quantities"]),
        // Programs that tests run, and waiting for what nothing tells of.
        .target(name: "CTestSupport", path: "Tests/CTestSupport"),
        .target(
            name: "TestSupport", dependencies: ["CTestSupport"], path: "Tests/TestSupport", swiftSettings: settings),
        tests(of: "EventLoops", ["TestSupport", "Wire"]),
        // Servers and certificates made with the `openssl` command.
        .target(name: "TLSPeer", dependencies: ["TestSupport"], path: "Tests/TLSPeer", swiftSettings: settings),
        tests(of: "TLS", ["TLSPeer", "Wire"]),
        tests(of: "HTTPClient", ["EventLoops", "HTTP1", "ScriptedUpstream", "TLS", "TLSPeer", "Wire"]),
        tests(of: "Observability", ["EventLoops", "JSON"]),
        tests(of: "WebSocketConnections", ["EventLoops", "HTTP1", "TLS", "TLSPeer", "WebSocket", "Wire"]),
        tests(
            of: "OpenRouter",
            ["AILoop", "EventLoops", "HTTP1", "HTTPClient", "JSON", "ScriptedUpstream", "ServerSentEvents"]),
        tests(of: "ScriptedUpstream", ["EventLoops", "HTTP1", "JSON", "Wire"]),
        tests(
            of: "Tools",
            [
                "AILoop", "EventLoops", "HTTP1", "HTTPClient", "JSON", "JSONSchema", "Observability",
                "ScriptedUpstream",
                "TestSupport",
            ]),
        tests(of: "Sessions", ["AILoop", "EventLoops", "JSON", "Observability"]),
        tests(
            of: "InteractiveServer",
            [
                "AILoop", "Configuration", "EventLoops", "HTTP1", "HTTPClient", "InteractiveClient", "JSON", "JSONRPC",
                "Observability", "OpenRouter", "Quantities", "ScriptedUpstream", "SessionProtocol", "Sessions",
                "TestSupport", "WebSocket", "Wire",
            ]),
        tests(of: "Commands", ["Benchmarking", "CommandLineSpec", "Configuration", "JSON", "Observability"]),
        tests(of: "Terminal", ["Diagnostics"]),
        tests(of: "ChatUI", ["Diagnostics", "InteractiveClient", "JSON", "JSONRPC", "SessionProtocol", "Terminal"]),
        tests(of: "Replaying", ["Diagnostics", "JSON", "JSONRPC", "Observability", "SessionProtocol"]),
        .testTarget(
            name: "EndToEndTests",
            dependencies: [
                "CommandLineSpec", "Commands", "EventLoops", "HTTP1", "InteractiveClient", "JSON", "ScriptedUpstream",
                "TLSPeer", "TestSupport", "WebSocket", "Wire",
            ],
            swiftSettings: settings),
    ]
)

// The fuzzer needs its own instrumented build (`.ci/fuzz`).
if Context.environment["AILOOP_FUZZ"] == "1" {
    package.targets.append(executable("fuzz", path: "Tests/Fuzz", ["FuzzTargets"]))
}

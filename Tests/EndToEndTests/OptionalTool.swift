import Foundation

/// Programs that only some tests need. Where one is missing its tests are skipped, and say so; the gate sets
/// `AILOOP_ALL_TOOLS=1`, and then they run and fail.
enum OptionalTool {
    static func isUsable(_ names: String...) -> Bool {
        if ProcessInfo.processInfo.environment["AILOOP_ALL_TOOLS"] == "1" { return true }
        return names.allSatisfy { name in
            ["/usr/local/bin", "/usr/bin", "/bin"].contains {
                FileManager.default.isExecutableFile(atPath: "\($0)/\(name)")
            }
        }
    }
}

/// The top of the checkout.
let projectDirectory = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..").standardizedFileURL

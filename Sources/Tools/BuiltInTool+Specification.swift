import JSON

/// What the model is told of a built-in tool.
struct BuiltInSpecification {
    var description: String
    var parameters: JSONObject
}

extension BuiltInTool {
    var specification: BuiltInSpecification {
        switch self {
        case .currentTime:
            BuiltInSpecification(
                description: "Tells the current date and time, with weekday and offset from UTC.",
                parameters: Self.parameters(
                    [
                        "timezone": Self.text(
                            "An IANA name such as Europe/Berlin, or an offset such as +02:00. Default: UTC.")
                    ]))
        case .calculate:
            BuiltInSpecification(
                description: """
                    Calculates exactly with decimal numbers. Operators: + - * / % (remainder) ^, parentheses. Functions: \
                    abs, min, max, round(x, digits), floor, ceil, sqrt.
                    """,
                parameters: Self.parameters(
                    ["expression": Self.text("For example: (19.99 * 3 - 5%7) / 2^10")], required: ["expression"]))
        case .readFile:
            BuiltInSpecification(
                description: "Reads a text file of the workspace. Lines come with their numbers.",
                parameters: Self.parameters(
                    [
                        "path": Self.path, "offset": Self.count("The first line to read. Default: 1.", minimum: 1),
                        "limit": Self.count("How many lines. Default: \(FileReader.defaultLines).", minimum: 1),
                    ], required: ["path"]))
        case .listDirectory:
            BuiltInSpecification(
                description: "Lists a directory of the workspace; names of directories end in /.",
                parameters: Self.parameters(
                    ["path": Self.text("The directory, from the workspace. Default: the workspace itself.")]
                        .merging(Self.paging("entries")) { first, _ in first }))
        case .findFiles:
            BuiltInSpecification(
                description: """
                    Finds files of the workspace by name. A pattern without / is looked for in every directory; * and ? \
                    stand within a name, ** for any directories, {a,b} for either.
                    """,
                parameters: Self.parameters(
                    [
                        "pattern": Self.text("For example: *.swift, docs/**/*.md"), "path": Self.startingPlace,
                    ].merging(Self.paging("files")) { first, _ in first }, required: ["pattern"]))
        case .searchText:
            BuiltInSpecification(
                description: "Searches the text files of the workspace. Answers path:line: text.",
                parameters: Self.parameters(
                    [
                        "pattern": Self.text("A regular expression, or plain text with literal."),
                        "literal": Self.flag("Take the pattern as it is. Default: false."),
                        "ignore_case": Self.flag("Default: false."),
                        "files": Self.text("Search only in files with such names, as for find_files."),
                        "path": Self.startingPlace,
                    ].merging(Self.paging("matches")) { first, _ in first }, required: ["pattern"]))
        case .writeFile:
            BuiltInSpecification(
                description: "Writes a whole text file in the workspace, also a new one, with its directories.",
                parameters: Self.parameters(
                    ["path": Self.path, "content": Self.text("All of the file.")], required: ["path", "content"]))
        case .editFile:
            BuiltInSpecification(
                description: "Replaces text in a file of the workspace.",
                parameters: Self.parameters(
                    [
                        "path": Self.path,
                        "old_text": Self.text("What stands there now, exactly. It must stand there once."),
                        "new_text": Self.text("What is to stand there."),
                        "replace_all": Self.flag("Replace every place. Default: false."),
                    ], required: ["path", "old_text", "new_text"]))
        case .fetchURL:
            BuiltInSpecification(
                description: "Fetches a text from the web by GET.",
                parameters: Self.parameters(["url": Self.text("An http or https URL.")], required: ["url"]))
        case .runCommand:
            BuiltInSpecification(
                description: "Runs a program in the workspace, without a shell, and answers what it writes.",
                parameters: Self.parameters(
                    [
                        "command": [
                            "type": "array", "items": ["type": "string"], "minItems": 1,
                            "description": "The program and its arguments, each by itself.",
                        ]
                    ], required: ["command"]))
        }
    }

    private static let path = text("The file, from the workspace: src/main.c")
    private static let startingPlace = text("The directory to look in, or a file. Default: the workspace.")

    private static func paging(_ things: String) -> [String: JSONValue] {
        [
            "offset": count("How many \(things) to pass over. Default: 0.", minimum: 0),
            "limit": count("How many \(things) at most.", minimum: 1),
        ]
    }

    private static func parameters(_ properties: [String: JSONValue], required: [String] = []) -> JSONObject {
        var members = JSONObject()
        // What is required first, then by name: the same text each time, which upstreams can cache.
        let names = required + properties.keys.filter { !required.contains($0) }.sorted()
        for name in names { members[name] = properties[name] }
        return [
            "type": "object", "properties": .object(members), "required": .array(required.map { .string($0) }),
            "additionalProperties": false,
        ]
    }

    private static func text(_ description: String) -> JSONValue {
        ["type": "string", "description": .string(description)]
    }

    private static func flag(_ description: String) -> JSONValue {
        ["type": "boolean", "description": .string(description)]
    }

    private static func count(_ description: String, minimum: Int) -> JSONValue {
        ["type": "integer", "minimum": .number(JSONNumber(minimum)), "description": .string(description)]
    }
}

import Diagnostics
import JSON

/// What the members of a mapping that is passed on may be.
package struct ObjectForm: Sendable {
    package enum Member: Sendable {
        case any
        case boolean
        case integer(ClosedRange<Int>)
        case number(ClosedRange<Double>)
        case text
        case choice([String])
        case list
        case texts
        case object
        /// Text, or a list of at most so many texts.
        case textOrTexts(maximumCount: Int)

        /// What a value must be, to follow "must be"; nil where it is that.
        func fault(of value: JSONValue) -> String? {
            switch (self, value) {
            case (_, .null), (.any, _), (.boolean, .bool), (.text, .string), (.list, .array), (.object, .object),
                (.textOrTexts, .string):
                return nil
            case (.boolean, _): return "`true` or `false`"
            case (.integer(let range), _):
                return value.int.map(range.contains) ?? false ? nil : Self.phrase("a whole number", range)
            case (.number(let range), _):
                return value.double.map(range.contains) ?? false ? nil : Self.phrase("a number", range)
            case (.text, _): return "text"
            case (.choice(let choices), _):
                let list = choices.map { "`\($0)`" }.joined(separator: ", ")
                return value.string.map(choices.contains) ?? false ? nil : "one of \(list)"
            case (.list, _): return "a list"
            case (.texts, _): return Self.isTexts(value, maximumCount: .max) ? nil : "a list of texts"
            case (.object, _): return "a mapping"
            case (.textOrTexts(let count), _):
                return Self.isTexts(value, maximumCount: count) ? nil : "text, or a list of at most \(count) texts"
            }
        }

        private static func isTexts(_ value: JSONValue, maximumCount: Int) -> Bool {
            value.array.map { $0.count <= maximumCount && $0.allSatisfy { $0.string != nil } } ?? false
        }

        private static func phrase<Bound>(_ what: String, _ range: ClosedRange<Bound>) -> String {
            let lower = "\(range.lowerBound)"
            let upper = "\(range.upperBound)"
            if upper == "\(Int.max)" { return lower == "\(Int.min)" ? what : "\(what), at least \(lower)" }
            return "\(what) between \(lower) and \(upper)"
        }
    }

    package let members: [String: Member]
    /// Whether there are no other members. Else an unknown one is told only where it looks like a misspelt known one.
    package let isClosed: Bool
    /// In the order of the alphabet.
    let names: [String]
    /// What a name that is none of them may be misspelt for.
    let candidates: NameCandidates

    init(members: [String: Member], isClosed: Bool) {
        self.members = members
        self.isClosed = isClosed
        names = members.keys.sorted()
        candidates = NameCandidates(names)
    }
}

extension ObjectForm {
    private static let natural = Member.integer(0...Int.max)
    private static let positive = Member.integer(1...Int.max)

    /// Parameters of chat completions, as OpenRouter documents them (https://openrouter.ai/docs, 2026) and as servers of
    /// open models take them besides.
    package static let requestParameters = ObjectForm(
        members: [
            "temperature": .number(0...2), "top_p": .number(0...1), "top_k": natural, "min_p": .number(0...1),
            "top_a": .number(0...1), "frequency_penalty": .number(-2...2), "presence_penalty": .number(-2...2),
            "repetition_penalty": .number(0...2), "seed": .integer(Int.min...Int.max),
            "stop": .textOrTexts(maximumCount: 16), "logit_bias": .object, "logprobs": .boolean,
            "top_logprobs": .integer(0...20), "max_tokens": positive, "max_completion_tokens": positive,
            "parallel_tool_calls": .boolean, "response_format": .object, "reasoning": .object,
            "reasoning_effort": .text, "include_reasoning": .boolean, "usage": .object, "stream_options": .object,
            "plugins": .list, "user": .text, "prompt_cache_key": .text, "metadata": .object, "trace": .object,
            "service_tier": .text, "cache_control": .object, "modalities": .texts, "debug": .object, "verbosity": .text,
            "web_search_options": .object, "transforms": .texts, "prediction": .object, "n": positive,
            "store": .boolean,
            "route": .text, "safety_identifier": .text,
            // Of servers of open models: their types vary.
            "repeat_penalty": .any, "typical_p": .any, "mirostat": .any, "min_tokens": .any, "ignore_eos": .any,
            "stop_token_ids": .any, "skip_special_tokens": .any, "guided_json": .any, "guided_regex": .any,
            "guided_choice": .any, "chat_template_kwargs": .any, "cache_prompt": .any, "grammar": .any,
            "json_schema": .any, "options": .any, "keep_alive": .any, "num_ctx": .any, "num_predict": .any,
            "think": .any, "thinking": .any, "enable_thinking": .any, "best_of": .any, "length_penalty": .any,
            "use_beam_search": .any, "extra_body": .any, "top_n_sigma": .any, "dry_multiplier": .any,
            "xtc_probability": .any, "xtc_threshold": .any, "format": .any, "id_slot": .any, "priority": .any,
        ],
        isClosed: false)

    /// OpenRouter's provider routing, which takes nothing else.
    package static let providerRouting = ObjectForm(
        members: [
            "order": .texts, "only": .texts, "ignore": .texts, "allow_fallbacks": .boolean,
            "require_parameters": .boolean, "data_collection": .choice(["allow", "deny"]), "zdr": .boolean,
            "quantizations": .texts, "sort": .any, "max_price": .object, "preferred_min_throughput": .any,
            "preferred_max_latency": .any, "enforce_distillable_text": .boolean,
        ],
        isClosed: true)
}

import HTTP1
import Wire

/// An event stream of equal text chunks at a steady pace, each with the time of its sending in its text. What follows is the
/// usual end: finish, usage, `[DONE]`, end of the chunked body. The head is a step of its own before it.
package struct PacedStream: Sendable, Hashable {
    /// Text chunks, at most ``maximumChunks``.
    package var chunks: Int
    /// Bytes of one event, with `data: ` and the empty line. At least ``minimumChunkBytes``.
    package var chunkBytes: Int
    package var intervalMicroseconds: Int
    /// Streams that start together get their first chunk at different times within the interval, spread evenly. Without,
    /// the first chunk is sent at once.
    package var spreadsStart: Bool

    package init(chunks: Int, chunkBytes: Int, intervalMicroseconds: Int, spreadsStart: Bool = true) {
        precondition(
            chunkBytes >= Self.minimumChunkBytes && intervalMicroseconds >= 1000
                && (0...Self.maximumChunks).contains(chunks),
            "PacedStream: chunks of \(Self.minimumChunkBytes) bytes at least, 1,000 microseconds apart at least")
        self.chunks = chunks
        self.chunkBytes = chunkBytes
        self.intervalMicroseconds = intervalMicroseconds
        self.spreadsStart = spreadsStart
    }

    package static let maximumChunks = 1_000_000_000
    package static let minimumChunkBytes = before.utf8.count + SendStamp.bytes + after.utf8.count

    fileprivate static let before =
        "data: {\"id\":\"gen-paced\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\""
    fileprivate static let after = "\"}}]}\n\n"
}

/// The bytes of a paced stream, in the chunked coding: one for all streams that are alike.
final class PacedStreamBytes {
    /// One text chunk with the time of the last ``stamp(_:)``.
    private(set) var chunk: [UInt8]
    let end: [UInt8]
    private let stampOffset: Int

    init(_ stream: PacedStream) {
        let padding = String(repeating: "x", count: stream.chunkBytes - PacedStream.minimumChunkBytes)
        let stamp = "[" + String(repeating: "0", count: SendStamp.digits) + "]"
        let event = Array((PacedStream.before + stamp + padding + PacedStream.after).utf8)
        var output = ByteQueue()
        ChunkedBody.append(event, to: &output)
        chunk = output.bytes
        stampOffset = chunk.count - 2 - event.count + PacedStream.before.utf8.count + 1

        output.removeAll()
        let usage = ChatCompletionEvent.usage(prompt: 1, completion: stream.chunks)
        for event in [ChatCompletionEvent.finish(), usage, ChatCompletionEvent.done] {
            ChunkedBody.append(Array(event.utf8), to: &output)
        }
        ChunkedBody.appendEnd(to: &output)
        end = output.bytes
    }

    func stamp(_ nanoseconds: UInt64) {
        SendStamp.write(nanoseconds, to: &chunk, at: stampOffset)
    }
}

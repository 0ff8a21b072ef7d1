import EventLoops
import Glibc
import Testing
import Wire

/// Says `?` first and holds everything back until it hears `!`; then each byte is one more on the wire than it is. `.` ends a
/// direction, `x` breaks it; so does a byte 255 that is to be sent, which cannot become one more.
private final class CountingFilter: ChannelFilter {
    private var isGreeted = false
    private var isOpen = false
    private var isFinished = false
    private var hasSaidSo = false
    private(set) var hasEnded = false

    func seal(_ plain: inout ByteQueue, into wire: inout ByteQueue) throws(SystemError) {
        if !isGreeted { wire.append(UInt8(ascii: "?")) }
        isGreeted = true
        guard isOpen else { return }
        for byte in plain.bytes {
            guard byte < 255 else { throw SystemError(call: "filter", code: EPROTO, detail: "255 is too much.") }
            wire.append(byte + 1)
        }
        plain.removeAll()
        if isFinished, !hasSaidSo {
            wire.append(UInt8(ascii: "."))
            hasSaidSo = true
        }
    }

    func unseal(_ wire: UnsafeRawBufferPointer, deliver: (UnsafeRawBufferPointer) -> Void) throws(SystemError) {
        var bytes: [UInt8] = []
        for byte in wire {
            switch byte {
            case UInt8(ascii: "!") where !isOpen: isOpen = true
            case UInt8(ascii: "."): hasEnded = true
            case UInt8(ascii: "x"):
                hasSaidSo = true
                throw SystemError(call: "filter", code: EPROTO)
            default: bytes.append(byte - 1)
            }
        }
        if !bytes.isEmpty { bytes.withUnsafeBytes { deliver($0) } }
    }

    func inputEnded() throws(SystemError) {
        if !hasEnded { throw SystemError(call: "filter", code: ECONNABORTED) }
    }

    func finish() {
        isFinished = true
    }
}

@Suite(.timeLimit(.minutes(5))) struct ChannelFilterTests {
    private func withPair(_ body: (ChannelPair, EventLoop) async throws -> Void) async throws {
        try await withLoop { loop in
            let pair = try await ChannelPair(on: loop, makeFilter: { CountingFilter() })
            // Of its own accord, before anything is written.
            #expect(await pair.serverEvents.next() == .received(Array("?".utf8)))
            try await body(pair, loop)
        }
    }

    @Test func whatIsWrittenWaitsForTheFilterAndIsCounted() async throws {
        try await withPair { pair, loop in
            let waiting = try await loop.run {
                pair.client.value.write(Array("abc".utf8))
                pair.client.value.flush()
                return pair.client.value.outboundBytes
            }
            #expect(waiting == 3)
            pair.server.submit { $0.write(Array("!HAL".utf8)) }
            #expect(await pair.serverEvents.next() == .received(Array("bcd".utf8)))
            #expect(await pair.clientEvents.next() == .received(Array("G@K".utf8)))
            #expect(try await loop.run { pair.client.value.outboundBytes } == 0)
        }
    }

    @Test func theFiltersLastWordComesBeforeTheEnd() async throws {
        try await withPair { pair, _ in
            pair.server.submit { $0.write(Array("!".utf8)) }
            pair.client.submit { channel in
                channel.write(Array("abc".utf8))
                channel.finishWriting()
            }
            var received: [UInt8] = []
            while case .received(let bytes)? = await pair.serverEvents.next() { received += bytes }
            #expect(received == Array("bcd.".utf8))
        }
    }

    @Test func closingSaysTheLastWordToo() async throws {
        try await withPair { pair, _ in
            pair.server.submit { $0.write(Array("!a".utf8)) }
            #expect(await pair.clientEvents.next() == .received(Array("`".utf8)))
            pair.client.submit { $0.close() }
            #expect(await pair.serverEvents.next() == .received(Array(".".utf8)))
            #expect(await pair.serverEvents.next() == .endOfInput)
        }
    }

    @Test func thePeersLastWordIsTheEndOfItsInput() async throws {
        try await withPair { pair, _ in
            pair.server.submit { $0.write(Array("!bc.".utf8)) }
            #expect(await pair.clientEvents.next() == .received(Array("ab".utf8)))
            #expect(await pair.clientEvents.next() == .endOfInput)
        }
    }

    @Test func anEndWithoutThePeersLastWordIsAFailure() async throws {
        try await withPair { pair, _ in
            pair.server.submit { $0.close() }
            #expect(await pair.clientEvents.next() == .failed(SystemError(call: "filter", code: ECONNABORTED)))
        }
    }

    @Test func whatTheFilterRefusesBreaksTheConnection() async throws {
        try await withPair { pair, _ in
            pair.server.submit { $0.write(Array("!x".utf8)) }
            #expect(await pair.clientEvents.next() == .failed(SystemError(call: "filter", code: EPROTO)))
            #expect(await pair.serverEvents.next() == .endOfInput)
        }
    }

    @Test func whatTheFilterCannotSealBreaksTheConnection() async throws {
        try await withPair { pair, loop in
            pair.server.submit { $0.write(Array("!a".utf8)) }
            #expect(await pair.clientEvents.next() == .received(Array("`".utf8)))
            pair.client.submit { channel in
                channel.write([1, 255, 2])
                channel.finishWriting()
            }
            let error = SystemError(call: "filter", code: EPROTO, detail: "255 is too much.")
            #expect(await pair.clientEvents.next() == .failed(error))
            #expect(await pair.serverEvents.next() == .endOfInput)
            let left = try await loop.run { pair.client.value.outboundBytes }
            #expect(left == 0)
        }
    }

    /// More than the sockets hold goes out in parts, and nothing is sealed twice.
    @Test func whatTheSocketDoesNotTakeAtOnceIsSentInOrder() async throws {
        let message = (0..<6_000_000).map { UInt8(truncatingIfNeeded: $0 % 251) }
        try await withPair { pair, loop in
            pair.server.submit { $0.write(Array("!a".utf8)) }
            #expect(await pair.clientEvents.next() == .received(Array("`".utf8)))
            pair.server.submit { $0.pauseReading() }
            let waiting = try await loop.run {
                pair.client.value.write(message)
                pair.client.value.flush()
                return pair.client.value.outboundBytes
            }
            #expect(waiting > 0 && waiting < message.count)
            pair.server.submit { $0.resumeReading() }
            var received: [UInt8] = []
            while received.count < message.count, case .received(let bytes)? = await pair.serverEvents.next() {
                received += bytes
            }
            let isWhole = received.elementsEqual(message.lazy.map { $0 + 1 })
            #expect(isWhole)
            #expect(await pair.clientEvents.next() == .drained)
            #expect(try await loop.run { pair.client.value.outboundBytes } == 0)
        }
    }
}

import EventLoops
import Glibc
import Testing

@Suite(.timeLimit(.minutes(5))) struct TCPChannelTests {
    @Test func bytesGoBothWays() async throws {
        try await withLoop { loop in
            let pair = try await ChannelPair(on: loop)
            pair.client.submit { $0.write(Array("ping".utf8)) }
            #expect(await pair.serverEvents.next() == .received(Array("ping".utf8)))
            pair.server.submit { $0.write(Array("pong".utf8)) }
            #expect(await pair.clientEvents.next() == .received(Array("pong".utf8)))
        }
    }

    @Test func writesOfOneTurnArriveTogether() async throws {
        try await withLoop { loop in
            let pair = try await ChannelPair(on: loop)
            pair.client.submit { channel in
                channel.write(Array("a".utf8))
                channel.write(Array("b".utf8))
                channel.write(Array("c".utf8))
            }
            #expect(await pair.serverEvents.next() == .received(Array("abc".utf8)))
        }
    }

    @Test func aHalfClosedPeerStillGetsTheAnswer() async throws {
        try await withLoop { loop in
            let pair = try await ChannelPair(on: loop)
            pair.client.submit { channel in
                channel.write(Array("question".utf8))
                channel.finishWriting()
            }
            #expect(await pair.serverEvents.next() == .received(Array("question".utf8)))
            #expect(await pair.serverEvents.next() == .endOfInput)
            pair.server.submit { $0.write(Array("answer".utf8)) }
            #expect(await pair.clientEvents.next() == .received(Array("answer".utf8)))
        }
    }

    @Test func closingTellsThePeerAndNotTheOwner() async throws {
        try await withLoop { loop in
            let pair = try await ChannelPair(on: loop)
            pair.server.submit { channel in
                channel.close()
                channel.close()
                #expect(channel.isClosed)
                channel.write([1])
                #expect(channel.outboundBytes == 0)
            }
            #expect(await pair.clientEvents.next() == .endOfInput)
        }
    }

    @Test func aResetConnectionIsToldAsAFailure() async throws {
        try await withLoop { loop in
            let pair = try await ChannelPair(on: loop)
            pair.server.submit { $0.reset() }
            #expect(await pair.clientEvents.next() == .failed(SystemError(call: "recv", code: ECONNRESET)))
        }
    }

    @Test func aPausedReaderHoldsTheSenderBackAndLosesNothing() async throws {
        try await withLoop { loop in
            let pair = try await ChannelPair(on: loop)
            let total = 16 << 20
            let backlog = Inbox<Int>()
            pair.server.submit { $0.pauseReading() }
            pair.client.submit { channel in
                channel.write([UInt8](repeating: 7, count: total))
                loop.schedule(after: 20_000_000) { backlog.put(channel.outboundBytes) }
            }
            // The kernel's buffers take a part; the rest waits here until the reader goes on.
            #expect(await backlog.next() ?? 0 > 0)
            pair.server.submit { $0.resumeReading() }
            var received = 0
            while received < total {
                guard case .received(let bytes)? = await pair.serverEvents.next() else { break }
                received += bytes.count
            }
            #expect(received == total)
            #expect(await pair.clientEvents.next() == .drained)
        }
    }

    @Test func aBreakWhilePausedIsToldWhenReadingGoesOn() async throws {
        try await withLoop { loop in
            let pair = try await ChannelPair(on: loop)
            pair.client.submit { $0.pauseReading() }
            pair.server.submit { $0.reset() }
            let order = Inbox<String>()
            pair.client.submit { channel in
                loop.schedule(after: 20_000_000) {
                    order.put("resumed")
                    channel.resumeReading()
                }
            }
            #expect(await order.next() == "resumed")
            #expect(await pair.clientEvents.next() == .failed(SystemError(call: "recv", code: ECONNRESET)))
        }
    }

    @Test func connectingToAClosedPortFails() async throws {
        try await withLoop { loop in
            let events = Inbox<ChannelEvent>()
            try await loop.run {
                // Below 1024: the system gives it to nobody else meanwhile.
                let closed = try #require(SocketAddress(host: "127.0.0.1", port: 1))
                _ = try TCPChannel(loop: loop, connectingTo: closed, delegate: RecordingDelegate(events))
            }
            #expect(await events.next() == .failed(SystemError(call: "connect", code: ECONNREFUSED)))
        }
    }

    @Test func acknowledgedBytesGrowWithWhatThePeersKernelHasTaken() async throws {
        try await withLoop { loop in
            let pair = try await ChannelPair(on: loop)
            let before = try await loop.run { try #require(pair.client.value.acknowledgedBytes) }
            pair.client.submit { $0.write(Array("12345".utf8)) }
            #expect(await pair.serverEvents.next() == .received(Array("12345".utf8)))
            // The answer carries the acknowledgement.
            pair.server.submit { $0.write([1]) }
            #expect(await pair.clientEvents.next() == .received([1]))
            let after = try await loop.run { try #require(pair.client.value.acknowledgedBytes) }
            #expect(after == before + 5)
        }
    }

    @Test func aDetachedSocketLivesOnUnderAnotherLoop() async throws {
        try await withLoop { first in
            try await withLoop { second in
                let pair = try await ChannelPair(on: first)
                let moved = Inbox<LoopBound<TCPChannel>>()
                let movedEvents = Inbox<ChannelEvent>()
                pair.server.submit { channel in
                    guard let (descriptor, unsent) = channel.detach() else { return }
                    #expect(unsent.isEmpty)
                    second.submit {
                        guard
                            let adopted = try? TCPChannel(
                                loop: second, adopting: descriptor, delegate: RecordingDelegate(movedEvents))
                        else { return }
                        moved.put(LoopBound(adopted, loop: second))
                    }
                }
                let adopted = try #require(await moved.next())
                pair.client.submit { $0.write(Array("still here".utf8)) }
                #expect(await movedEvents.next() == .received(Array("still here".utf8)))
                adopted.submit { $0.write(Array("so am I".utf8)) }
                #expect(await pair.clientEvents.next() == .received(Array("so am I".utf8)))
            }
        }
    }
}

@Suite(.timeLimit(.minutes(5))) struct TCPListenerTests {
    @Test func aPortInUseIsSaid() async throws {
        try await withLoop { loop in
            let error = try await loop.run { () -> SystemError? in
                let anyPort = try #require(SocketAddress(host: "127.0.0.1", port: 0))
                let first = try TCPListener(loop: loop, address: anyPort, onAccept: { _ in })
                defer { first.stop() }
                do throws(SystemError) {
                    _ = try TCPListener(loop: loop, address: first.address, onAccept: { _ in })
                    return nil
                } catch {
                    return error
                }
            }
            #expect(error == SystemError(call: "bind", code: EADDRINUSE))
        }
    }
}

@Suite struct SocketAddressTests {
    @Test(arguments: [
        ("127.0.0.1", "127.0.0.1:80", true), ("::1", "[::1]:80", true), ("0.0.0.0", "0.0.0.0:80", false),
        ("192.0.2.1", "192.0.2.1:80", false), ("2001:db8::5", "[2001:db8::5]:80", false),
    ])
    func numbersAreTaken(host: String, description: String, isLoopback: Bool) throws {
        let address = try #require(SocketAddress(host: host, port: 80))
        #expect(address.description == description)
        #expect(address.isLoopback == isLoopback)
    }

    @Test(arguments: ["localhost", "", "[::1]", "1.2.3", "1.2.3.4.5", "127.0.0.1:80"])
    func everythingElseIsNot(host: String) {
        #expect(SocketAddress(host: host, port: 80) == nil)
    }
}

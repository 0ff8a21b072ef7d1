package import JSON
package import JSONRPC
import Synchronization

/// Calls the methods of a server and hears its notifications, over any transport. Thread-safe.
///
/// Give ``receive(_:)`` to the transport as its listener.
package final class RPCClient: Sendable {
    /// What a server tells without being asked.
    package enum Event: Sendable {
        case notification(method: String, params: JSONValue?)
        /// Nothing follows.
        case closed(code: UInt16?, reason: String)
    }

    /// Why a call has no result.
    package enum CallError: Error, Sendable {
        case refused(JSONRPCError)
        /// The connection was never opened, or ended before the answer.
        case disconnected(String)
    }

    /// What a call came to.
    package typealias Answer = Result<JSONValue, CallError>
    private typealias Waiter = @Sendable (Answer) -> Void

    private struct State {
        var transport: (any MessageTransport)?
        var nextID = 1
        var waiting: [JSONRPCID: Waiter] = [:]
        var opening: [Waiter] = []
        var isOpen = false
        var closure: String?
    }

    /// In the order of their arrival. For one reader.
    package let events: AsyncStream<Event>
    private let eventSink: AsyncStream<Event>.Continuation
    private let state = Mutex(State())

    package init() {
        (events, eventSink) = AsyncStream.makeStream()
    }

    /// The transport that messages go to; to be set once, before the first call.
    package func use(_ transport: any MessageTransport) {
        state.withLock { $0.transport = transport }
    }

    /// Returns when the transport is open.
    package func waitUntilOpen() async throws(CallError) {
        let answer = await withCheckedContinuation { continuation in
            let known: Answer? = state.withLock { state in
                if state.isOpen { return .success(.null) }
                if let closure = state.closure { return .failure(.disconnected(closure)) }
                state.opening.append { continuation.resume(returning: $0) }
                return nil
            }
            if let known { continuation.resume(returning: known) }
        }
        _ = try answer.get()
    }

    /// Calls a method and waits for its result.
    package func call(_ method: String, _ params: JSONValue? = nil) async throws(CallError) -> JSONValue {
        let answer = await withCheckedContinuation { (continuation: CheckedContinuation<Answer, Never>) in
            call(method, params) { continuation.resume(returning: $0) }
        }
        return try answer.get()
    }

    /// Calls a method; calls go out in the order of their making. `completion` gets the result, on any thread.
    package func call(
        _ method: String, _ params: JSONValue? = nil, completion: @escaping @Sendable (Answer) -> Void
    ) {
        let ready: (transport: any MessageTransport, request: JSONRPCRequest)? = state.withLock { state in
            guard state.closure == nil, let transport = state.transport else { return nil }
            let id = JSONRPCID.number(JSONNumber(state.nextID))
            state.nextID += 1
            state.waiting[id] = completion
            return (transport, JSONRPCRequest(id: id, method: method, params: params))
        }
        guard let ready else {
            return completion(.failure(.disconnected("the connection is closed")))
        }
        ready.transport.send(ready.request.encoded())
    }

    package func close() {
        state.withLock { $0.transport }?.close()
    }

    // MARK: From the transport

    package func receive(_ event: TransportEvent) {
        switch event {
        case .opened:
            let opening = state.withLock { state in
                state.isOpen = true
                defer { state.opening = [] }
                return state.opening
            }
            for waiter in opening { waiter(.success(.null)) }
        case .message(let message):
            receive(message)
        case .closed(let code, let reason):
            end(code: code, reason: reason)
        }
    }

    private func receive(_ message: [UInt8]) {
        do throws(JSONRPCReplyError) {
            for reply in try JSONRPCReply.decode(message) {
                switch reply {
                case .notification(let method, let params):
                    eventSink.yield(.notification(method: method, params: params))
                case .response(let response):
                    let waiting = state.withLock { $0.waiting.removeValue(forKey: response.id) }
                    waiting?(response.outcome.mapError { .refused($0) })
                }
            }
        } catch {
            close()
            end(code: nil, reason: "the server sent something that is \(error)")
        }
    }

    private func end(code: UInt16?, reason: String) {
        let waiting: [Waiter]? = state.withLock { state in
            guard state.closure == nil else { return nil }
            state.closure = reason.isEmpty ? "the connection is closed" : reason
            state.isOpen = false
            defer {
                state.waiting = [:]
                state.opening = []
            }
            return Array(state.waiting.values) + state.opening
        }
        guard let waiting else { return }
        for waiter in waiting { waiter(.failure(.disconnected(reason.isEmpty ? "the connection is closed" : reason))) }
        eventSink.yield(.closed(code: code, reason: reason))
        eventSink.finish()
    }
}

// STAND-IN: helper `tls` replaces this by the client; ModelServices.swift makes one for each loop.
package import EventLoops
package import HTTP1
package final class HTTPClient: HTTPTransport {
  package init(loop: EventLoop) {}
  package func send(_ request: HTTPRequestMessage, receiver: any HTTPResponseReceiver) -> any HTTPExchange { preconditionFailure() }
}

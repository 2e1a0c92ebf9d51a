import ServiceLifecycle

/// The recorder as a part of the process: ends after all that gives it something to write down.
struct DeliveryService: Service {
    let recorder: DeliveryRecorder

    func run() async {
        await cancelWhenGracefulShutdown { await recorder.run() }
    }
}

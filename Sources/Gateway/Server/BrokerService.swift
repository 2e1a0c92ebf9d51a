import AMQP
import ServiceLifecycle

/// The broker's publishers as a part of the process: each keeps its connection until the shutdown, and then waits for
/// the confirms that are still due.
struct BrokerService: Service {
    let publishers: [AMQPPublisher]

    func run() async {
        await cancelWhenGracefulShutdown {
            await withDiscardingTaskGroup { group in
                for publisher in publishers { group.addTask { await publisher.run() } }
            }
        }
    }
}

#ifndef DUBAN_TESTS_LOAD_DELIVERY_FIGURES_H_
#define DUBAN_TESTS_LOAD_DELIVERY_FIGURES_H_

namespace duban::load {

// Prints how many webhooks a second reach a receiver on this machine, and what one endpoint of a
// hundred that answers nothing costs the others.
void PrintDeliveries();

}  // namespace duban::load

#endif  // DUBAN_TESTS_LOAD_DELIVERY_FIGURES_H_

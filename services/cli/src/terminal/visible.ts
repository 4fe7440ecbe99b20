/** Everything but tab that a terminal takes for an order: it could erase what a person is asked to judge. */
const orders = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;

/** Text that others wrote, for a terminal: control characters are shown as they are escaped in source code. */
export const visible = (text: string): string =>
  text.replace(orders, (order) => `\\x${order.charCodeAt(0).toString(16).padStart(2, '0')}`);

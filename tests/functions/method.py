"""Truth: a bound method, a static method and a class that is called; each waits 5 ms. Threads."""

import time

INPUTS = range(8)


class Shop:
    def __init__(self, factor=2):
        time.sleep(0.005 if factor != 2 else 0)
        self.factor = factor

    def price(self, number):
        time.sleep(0.005)
        return self.factor * number

    @staticmethod
    def fixed(number):
        time.sleep(0.005)
        return number


shop = Shop()

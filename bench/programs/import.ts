import 'daemonic'
